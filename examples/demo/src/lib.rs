//! A server with which you can try counterfoil. It has the routers of counterfoil-axum, six accounts, and a store of
//! your choice. The README.md of the project shows how to run it.

mod accounts;
mod activity;
mod banner;
mod connection;
mod connection_table;
mod error;
mod health;
pub mod keys;
mod limits;
mod migrate;
mod notices;
mod options;
mod passwords;
pub mod policy;
mod profile_file;
mod profiles;
mod routes;
mod seed;
mod serve;
mod store;
mod store_wait;
mod whoami;

use std::future::Future;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use counterfoil::Counterfoil;
use counterfoil_axum::console::RecentEvents;
use counterfoil_axum::{Issuer, TrustedProxies};
use counterfoil_notify::{Upkeep, Worker};
use tokio::net::TcpListener;

pub use accounts::{ACCOUNTS, DemoAccount, InvalidAccount, People};
pub use banner::print_banner;
pub use error::StartError;
pub use limits::Limits;
pub use migrate::{Migrated, migrate};
pub use options::Options;
pub use passwords::HashError;
pub use profiles::ProfileStore;
pub use routes::routes;
pub use seed::seed;
pub use serve::serve;
pub use store::Stores;

/// Returns the URL for a browser on this machine. If `address` is unspecified (such as 0.0.0.0), the URL contains the
/// loopback address.
fn local_url(address: SocketAddr) -> String {
    let mut own = address;
    if address.ip().is_unspecified() {
        own.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    format!("http://{own}")
}

/// The maximum time for the writes at shutdown. Closing the store gets the same maximum time.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// A demo whose listener is open, but which does not serve yet.
#[derive(Debug)]
pub struct Demo {
    counterfoil: Counterfoil,
    stores: Stores,
    notices: Worker,
    listener: TcpListener,
    address: SocketAddr,
    router: axum::Router,
    proxies: TrustedProxies,
}

impl Demo {
    /// Opens the store, the key ring, the profiles and the listener.
    ///
    /// # Errors
    ///
    /// [`StartError`]. The message names the setting that caused the error.
    pub async fn open(options: Options) -> Result<Self, StartError> {
        let options = options.without_blanks();
        let issuer = options.issuer.map(Issuer::new).transpose().map_err(StartError::Issuer)?;
        let proxies = options.trusted_proxies.parse().map_err(StartError::TrustedProxies)?;
        let policy = policy::policy(options.policy.as_deref())?;
        let stores = store_wait::with_progress_log(Stores::open(&options.store)).await?;
        let keys = keys::key_ring(options.keys.or_else(|| stores.keys()))?;
        let profiles = ProfileStore::open(stores.profiles())?;
        let accounts = Arc::new(People::new(profiles.clone()).map_err(|error| StartError::Seed(error.into()))?);
        let events = RecentEvents::default();
        let builder = Counterfoil::builder().policy(policy).key_ring(keys).directory(accounts).events(events.clone());
        let counterfoil = stores.build_into(builder).build()?;
        let started =
            if options.force_keys { counterfoil.start_with_new_key_ring().await } else { counterfoil.start().await };
        started.map_err(StartError::Start)?;
        let listen = |source| StartError::Listen { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let issuer = match issuer {
            Some(issuer) => issuer,
            None => Issuer::new(local_url(address)).map_err(StartError::IssuerMissing)?,
        };
        let notices = notices::worker(&counterfoil, options.smtp.as_deref(), &issuer)?;
        seed(&counterfoil, &stores).await?;
        let router = routes(&counterfoil, issuer, profiles, events);
        Ok(Self { counterfoil, stores, notices, listener, address, router, proxies })
    }

    /// Returns the address on which the demo listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the store of a demo that will not serve, for example because a signal arrived during the start.
    pub async fn close(self) {
        close(&self.stores).await;
    }

    /// Serves until `stop` completes. Then finishes the running requests, writes the times at which credentials were
    /// last used, and closes the store.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        // The worker is stopped first, so that it sends its last mails while the last requests run.
        let (stop_notices, notices_stopped) = tokio::sync::oneshot::channel::<()>();
        let upkeep = Upkeep::new(self.counterfoil.clone()).with_notices(self.notices);
        let upkeep = tokio::spawn(upkeep.run(async { drop(notices_stopped.await) }));
        let stop = async {
            stop.await;
            drop(stop_notices);
        };
        serve(self.listener, self.router, self.proxies, Limits::default(), stop).await;
        // The last requests may use credentials after the upkeep has ended, so the times of last use are written once
        // more.
        let shutdown = async {
            let ended = upkeep.await;
            let _flushed = self.counterfoil.shutdown().await;
            ended
        };
        match tokio::time::timeout(SHUTDOWN_TIMEOUT, shutdown).await {
            Ok(Ok(())) => tracing::info!("stopped"),
            Ok(Err(_)) | Err(_) => tracing::warn!("stopped, and the last uses may not be written"),
        }
        close(&self.stores).await;
    }
}

async fn close(stores: &Stores) {
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, stores.close()).await.is_err() {
        tracing::warn!("the store was not closed in time");
    }
}

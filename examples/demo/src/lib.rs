//! A server to try counterfoil with: its routers, people to sign in as, and a store of your choice. README.md of the project shows it.

mod connection;
mod error;
mod guests;
mod health;
pub mod keys;
mod limits;
mod migrate;
mod notices;
mod options;
mod passwords;
mod patience;
mod people;
pub mod policy;
mod profile_file;
mod profiles;
mod pulse;
mod routes;
mod seed;
mod serve;
mod store;
mod welcome;
mod whoami;

use std::future::Future;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use counterfoil::Counterfoil;
use counterfoil_axum::console::RecentEvents;
use counterfoil_axum::{Issuer, TrustedProxies};
use counterfoil_notify::Worker;
use tokio::net::TcpListener;

pub use error::StartError;
pub use limits::Limits;
pub use migrate::{Migrated, migrate};
pub use options::Options;
pub use passwords::Unhashed;
pub use people::{EVERYBODY, InvalidPerson, Known, People};
pub use profiles::ProfileBook;
pub use routes::routes;
pub use seed::seed;
pub use serve::serve;
pub use store::Stores;
pub use welcome::welcome;

/// The URL of an address on this machine; one that listens on all addresses is reached by the loopback one.
fn own_url(address: SocketAddr) -> String {
    let mut own = address;
    if address.ip().is_unspecified() {
        own.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    format!("http://{own}")
}

/// How long the last writes may take, and the store to close.
const FAREWELL: Duration = Duration::from_secs(2);

/// A demo that listens and does not serve yet.
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
    /// Opens everything.
    ///
    /// # Errors
    ///
    /// [`StartError`] says which setting is at fault.
    pub async fn open(options: Options) -> Result<Self, StartError> {
        let options = options.without_blanks();
        let issuer = options.issuer.map(Issuer::new).transpose().map_err(StartError::Issuer)?;
        let proxies = options.trusted_proxies.parse().map_err(StartError::TrustedProxies)?;
        let policy = policy::policy(options.policy.as_deref())?;
        let stores = patience::waited_for(Stores::open(&options.store)).await?;
        let keys = keys::key_ring(options.keys.or_else(|| stores.keys()))?;
        let profiles = ProfileBook::open(stores.profiles())?;
        let people = Arc::new(People::new(profiles.clone()).map_err(|error| StartError::Seed(error.into()))?);
        let events = RecentEvents::default();
        let builder = Counterfoil::builder().policy(policy).key_ring(keys).directory(people).events(events.clone());
        let counterfoil = stores.build_into(builder).build()?;
        let started =
            if options.force_keys { counterfoil.start_with_new_key_ring().await } else { counterfoil.start().await };
        started.map_err(StartError::Start)?;
        let listen = |source| StartError::Listen { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let issuer = match issuer {
            Some(issuer) => issuer,
            None => Issuer::new(own_url(address)).map_err(StartError::IssuerMissing)?,
        };
        let notices = notices::worker(&counterfoil, options.smtp.as_deref(), &issuer)?;
        seed(&counterfoil, &stores).await?;
        let router = routes(&counterfoil, issuer, profiles, events);
        Ok(Self { counterfoil, stores, notices, listener, address, router, proxies })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes its store without having served.
    pub async fn close(self) {
        close(&self.stores).await;
    }

    /// Serves until `stop` is over; then what is under way may end, last uses are written, and the store is closed.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let (rest, rests) = tokio::sync::oneshot::channel::<()>();
        let counterfoil = self.counterfoil.clone();
        let upkeep =
            tokio::spawn(async move { counterfoil.run_upkeep(tokio::time::sleep, async { drop(rests.await) }).await });
        let (quit, quits) = tokio::sync::oneshot::channel::<()>();
        let notices = tokio::spawn(self.notices.run(async { drop(quits.await) }));
        // The worker is told first: its mails are on their way while the last requests are.
        let stop = async {
            stop.await;
            drop(quit);
        };
        serve(self.listener, self.router, self.proxies, Limits::default(), stop).await;
        let farewell = async {
            let _ended = notices.await;
            drop(rest);
            upkeep.await
        };
        match tokio::time::timeout(FAREWELL, farewell).await {
            Ok(Ok(())) => tracing::info!("stopped"),
            Ok(Err(_)) | Err(_) => tracing::warn!("stopped, and the last uses may not be written"),
        }
        close(&self.stores).await;
    }
}

async fn close(stores: &Stores) {
    if tokio::time::timeout(FAREWELL, stores.close()).await.is_err() {
        tracing::warn!("the store was not closed in time");
    }
}

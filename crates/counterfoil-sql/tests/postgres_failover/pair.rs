//! A primary, its standby, and an address that leads to one of them.

use std::future::Future;
use std::mem;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use counterfoil_sql::PgStore;
use counterfoil_sql::sqlx::postgres::PgConnectOptions;
use counterfoil_testkit::servers::{Address, Postgres};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::HEALED;
use crate::support::RUNTIME;
use crate::support::host::Site;
use crate::support::schemas::{options, raw};

/// Two servers, and a host whose client is in their database.
pub(crate) struct Pair {
    pub(crate) primary: Postgres,
    standby: Postgres,
    pub(crate) address: Address,
    pub(crate) site: Site,
}

/// One test at a time moves the address.
static PAIR: LazyLock<Arc<Mutex<Pair>>> = LazyLock::new(|| Arc::new(Mutex::new(RUNTIME.block_on(Pair::new()))));

impl Pair {
    /// The pair, until the guard is dropped. Not within the runtime.
    pub(crate) fn lend() -> OwnedMutexGuard<Self> {
        RUNTIME.block_on(Arc::clone(LazyLock::force(&PAIR)).lock_owned())
    }

    async fn new() -> Self {
        let primary = Postgres::start();
        let standby = primary.standby();
        let (address, site) = (Address::of(primary.port()), Site::new());
        let pair = Self { primary, standby, address, site };
        pair.wait_for_each_other(true).await;
        pair.site.first_node(pair.direct().await).await;
        pair
    }

    /// By the address.
    pub(crate) fn options(&self) -> PgConnectOptions {
        options(self.address.port()).username("postgres")
    }

    /// A store on the present primary, past the address.
    pub(crate) async fn direct(&self) -> PgStore {
        PgStore::connect(options(self.primary.port()).username("postgres")).await.expect("a store")
    }

    /// Whether a write is answered only when the standby shows it.
    async fn wait_for_each_other(&self, synchronous: bool) {
        let names = if synchronous { "*" } else { "" };
        let (apply, set) = (
            "ALTER SYSTEM SET synchronous_commit = remote_apply",
            format!("ALTER SYSTEM SET synchronous_standby_names = '{names}'"),
        );
        for statement in [apply, &set, "SELECT pg_reload_conf()"] {
            run(self.primary.port(), statement).await;
        }
        let standbys = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        let wanted = i64::from(synchronous);
        wait_until(async || counted(self.primary.port(), standbys).await == wanted).await;
    }

    /// The address leads to the standby, which gets no more.
    pub(crate) async fn fail_over(&self) {
        self.wait_for_each_other(false).await;
        run(self.standby.port(), "SELECT pg_wal_replay_pause()").await;
        let paused = "SELECT count(*) FROM (SELECT pg_get_wal_replay_pause_state() AS state) s WHERE state = 'paused'";
        wait_until(async || counted(self.standby.port(), paused).await == 1).await;
        self.address.lead_to(self.standby.port());
    }

    /// The address is right again; the instant of that.
    pub(crate) fn lead_back(&self) -> Instant {
        self.address.lead_to(self.primary.port());
        Instant::now()
    }

    /// The standby gets what it missed, and whatever comes.
    pub(crate) async fn catch_up(&self) {
        run(self.standby.port(), "SELECT pg_wal_replay_resume()").await;
        self.wait_for_each_other(true).await;
    }

    /// The address leads to the standby, which has all that was acknowledged and goes on to get it.
    pub(crate) fn lead_ahead(&self) {
        self.address.lead_to(self.standby.port());
    }

    /// The primary dies, and the standby is the primary; the instant of that.
    pub(crate) async fn promote(&self) -> Instant {
        self.primary.kill();
        let promoted = "SELECT count(*) FROM pg_promote(true, 60) AS done WHERE done";
        assert_eq!(counted(self.standby.port(), promoted).await, 1);
        Instant::now()
    }

    /// The promoted server gets a standby of its own.
    pub(crate) async fn rebuild(&mut self) {
        let standby = self.standby.standby();
        self.primary = mem::replace(&mut self.standby, standby);
        self.wait_for_each_other(true).await;
    }

    /// A store of the promoted server, which has no standby yet.
    pub(crate) async fn promoted(&self) -> PgStore {
        PgStore::connect(options(self.standby.port()).username("postgres")).await.expect("a store")
    }
}

/// Whether the server takes writes of those who do not ask for it by themselves.
pub(crate) async fn takes_writes(port: u16, takes: bool) {
    let set = format!("ALTER SYSTEM SET default_transaction_read_only = {}", if takes { "off" } else { "on" });
    for statement in [set.as_str(), "SELECT pg_reload_conf()"] {
        run(port, statement).await;
    }
}

/// Runs a statement as the superuser, whatever the server takes.
pub(crate) async fn run(port: u16, statement: &str) {
    let mut raw = raw(&writing(port)).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut raw).await.expect("the superuser may");
}

/// The superuser, who writes on a server that was made read-only.
pub(crate) fn writing(port: u16) -> PgConnectOptions {
    options(port).username("postgres").options([("default_transaction_read_only", "off")])
}

pub(crate) async fn counted(port: u16, statement: &str) -> i64 {
    let mut raw = raw(&options(port).username("postgres")).await;
    sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_one(&mut raw).await.expect("a count")
}

pub(crate) async fn wait_until<F: Future<Output = bool>>(holds: impl Fn() -> F) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < HEALED, "the servers do not get there");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

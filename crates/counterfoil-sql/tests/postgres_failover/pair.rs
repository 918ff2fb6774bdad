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

/// Two servers, and a service with a client that is registered in their database.
pub(crate) struct Pair {
    pub(crate) primary: Postgres,
    standby: Postgres,
    pub(crate) address: Address,
    pub(crate) site: Site,
}

/// The pair that all tests share. The mutex allows only one test at a time to move the address.
static PAIR: LazyLock<Arc<Mutex<Pair>>> = LazyLock::new(|| Arc::new(Mutex::new(RUNTIME.block_on(Pair::new()))));

impl Pair {
    /// Locks the pair until the guard is dropped. Must not be called on a thread of the runtime.
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

    /// Options that connect through the address.
    pub(crate) fn options(&self) -> PgConnectOptions {
        options(self.address.port()).username("postgres")
    }

    /// Opens a store that connects directly to the current primary.
    pub(crate) async fn direct(&self) -> PgStore {
        PgStore::connect(options(self.primary.port()).username("postgres")).await.expect("a store")
    }

    /// Makes replication synchronous or asynchronous. If `synchronous` is true, a write is acknowledged only after the
    /// standby has applied it. Otherwise the primary does not wait for the standby.
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

    /// Makes replication asynchronous and stops it on the standby. Then makes the address lead to the standby.
    pub(crate) async fn fail_over(&self) {
        self.wait_for_each_other(false).await;
        run(self.standby.port(), "SELECT pg_wal_replay_pause()").await;
        let paused = "SELECT count(*) FROM (SELECT pg_get_wal_replay_pause_state() AS state) s WHERE state = 'paused'";
        wait_until(async || counted(self.standby.port(), paused).await == 1).await;
        self.address.lead_to(self.standby.port());
    }

    /// Makes the address lead to the primary again. Returns the time of this change.
    pub(crate) fn lead_back(&self) -> Instant {
        self.address.lead_to(self.primary.port());
        Instant::now()
    }

    /// Resumes the standby's replication, and makes it synchronous again.
    pub(crate) async fn catch_up(&self) {
        run(self.standby.port(), "SELECT pg_wal_replay_resume()").await;
        self.wait_for_each_other(true).await;
    }

    /// Makes the address lead to the standby while replication continues. The standby has all acknowledged writes.
    pub(crate) fn lead_ahead(&self) {
        self.address.lead_to(self.standby.port());
    }

    /// Kills the primary and promotes the standby. Returns the time of the promotion.
    pub(crate) async fn promote(&self) -> Instant {
        self.primary.kill();
        let promoted = "SELECT count(*) FROM pg_promote(true, 60) AS done WHERE done";
        assert_eq!(counted(self.standby.port(), promoted).await, 1);
        Instant::now()
    }

    /// Starts a new standby for the promoted server.
    pub(crate) async fn rebuild(&mut self) {
        let standby = self.standby.standby();
        self.primary = mem::replace(&mut self.standby, standby);
        self.wait_for_each_other(true).await;
    }

    /// Opens a store on the promoted server, which has no standby yet.
    pub(crate) async fn promoted(&self) -> PgStore {
        PgStore::connect(options(self.standby.port()).username("postgres")).await.expect("a store")
    }
}

/// Sets whether the server accepts writes by default. Connections with the options [`writing`] can always write.
pub(crate) async fn takes_writes(port: u16, takes: bool) {
    let set = format!("ALTER SYSTEM SET default_transaction_read_only = {}", if takes { "off" } else { "on" });
    for statement in [set.as_str(), "SELECT pg_reload_conf()"] {
        run(port, statement).await;
    }
}

/// Runs a statement as the superuser, even if the server is read-only.
pub(crate) async fn run(port: u16, statement: &str) {
    let mut raw = raw(&writing(port)).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut raw).await.expect("the superuser may");
}

/// Options of a superuser who can write to a read-only server.
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

//! One PostgreSQL server for all tests of a binary. Each test has its own schema.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use counterfoil_conformance::{Scale, scale};
use counterfoil_sql::{PgSetup, PgStore};
use counterfoil_testkit::servers::Postgres;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, PgPool};

/// The server of all tests of a binary. The server ends with the process, and waits for the disk only with
/// `COUNTERFOIL_SCALE=soak`, because waiting would take most of the time. Tests of crashes use other servers, which
/// wait for the disk.
static SERVER: LazyLock<Postgres> = LazyLock::new(|| match scale() {
    Scale::SOAK => Postgres::start(),
    _ => Postgres::setup().setting("fsync", "off").setting("full_page_writes", "off").start(),
});
static SCHEMAS: AtomicU32 = AtomicU32::new(0);
/// Connections of the superuser for [`Schema::empty`], which runs often. They belong to the runtime that uses them
/// first.
static ERASERS: LazyLock<PgPool> = LazyLock::new(|| PgPool::connect_lazy_with(server()));

/// A role, and a schema with the same name. The schema is first on the role's search path.
pub struct Schema {
    name: String,
}

impl Schema {
    pub async fn new() -> Self {
        let name = format!("store_{}", SCHEMAS.fetch_add(1, Ordering::Relaxed));
        superuser(&format!("CREATE ROLE {name} LOGIN; CREATE SCHEMA {name} AUTHORIZATION {name}")).await;
        Self { name }
    }

    /// The name of the role and the schema.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs a statement in the schema as the superuser.
    pub async fn run(&self, statement: &str) {
        superuser(&format!("SET search_path = {}; {statement}", self.name)).await;
    }

    /// Removes all records, families and owners, but no clients, settings or counters. The tables stay, so that
    /// prepared statements stay valid.
    pub async fn empty(&self) {
        let name = &self.name;
        let tables = ["record", "family", "owner"].map(|table| format!("DELETE FROM {name}.counterfoil_{table}"));
        let emptied = sqlx::raw_sql(sqlx::AssertSqlSafe(tables.join("; "))).execute(&*ERASERS).await;
        emptied.expect("the superuser may");
    }

    /// Closes all connections of the role.
    pub async fn cut(&self) {
        let name = &self.name;
        superuser(&format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{name}'"))
            .await;
    }

    /// The options with which a host connects.
    pub fn options(&self) -> PgConnectOptions {
        server().username(&self.name)
    }

    pub async fn open(&self) -> PgStore {
        self.open_with(PgSetup::default()).await
    }

    /// Opens a store in the schema with the options `setup`.
    pub async fn open_with(&self, setup: PgSetup) -> PgStore {
        PgStore::connect_with(self.options(), setup).await.expect("a store")
    }

    /// If `down` is true, closes the role's connections and refuses new ones. Otherwise allows connections again.
    pub async fn lock_out(&self, down: bool) {
        let name = &self.name;
        superuser(&if down {
            format!("ALTER ROLE {name} NOLOGIN; SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{name}'")
        } else {
            format!("ALTER ROLE {name} LOGIN")
        })
        .await;
    }
}

/// Options that connect to the server as the superuser.
pub fn server() -> PgConnectOptions {
    options(SERVER.port()).username("postgres")
}

/// Options for a server on this machine, without a role.
pub fn options(port: u16) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(port).database("postgres")
}

/// The path of the server's log.
pub fn log() -> std::path::PathBuf {
    SERVER.log()
}

/// Runs statements as the superuser.
pub async fn superuser(statements: &str) {
    let mut raw = raw(&server()).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut raw).await.expect("the superuser may");
}

/// Opens a connection that does not belong to a store.
pub async fn raw(options: &PgConnectOptions) -> PgConnection {
    options.connect().await.expect("a connection")
}

//! A PostgreSQL server for all tests of a binary, and schemas in it.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use counterfoil_conformance::{Scale, scale};
use counterfoil_sql::{PgSetup, PgStore};
use counterfoil_testkit::servers::Postgres;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, PgPool};

/// Ends with the process. Except at full counts it does not wait for the disk, which takes longer than all else: what a
/// crash leaves is tested on servers that do.
static SERVER: LazyLock<Postgres> = LazyLock::new(|| match scale() {
    Scale::SOAK => Postgres::start(),
    _ => Postgres::setup().setting("fsync", "off").setting("full_page_writes", "off").start(),
});
static SCHEMAS: AtomicU32 = AtomicU32::new(0);
/// The superuser's connections for what is done often. Of the runtime that uses them first.
static ERASERS: LazyLock<PgPool> = LazyLock::new(|| PgPool::connect_lazy_with(server()));

/// A role with a schema that bears its name, the first of its search path.
pub struct Schema {
    name: String,
}

impl Schema {
    /// An empty one.
    pub async fn new() -> Self {
        let name = format!("store_{}", SCHEMAS.fetch_add(1, Ordering::Relaxed));
        superuser(&format!("CREATE ROLE {name} LOGIN; CREATE SCHEMA {name} AUTHORIZATION {name}")).await;
        Self { name }
    }

    /// The role's name, and the schema's.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs a statement in it as the superuser.
    pub async fn run(&self, statement: &str) {
        superuser(&format!("SET search_path = {}; {statement}", self.name)).await;
    }

    /// Removes all that the token store wrote. Rows, not tables: what connections have prepared for these tables stays
    /// good.
    pub async fn empty(&self) {
        let name = &self.name;
        let tables = ["record", "family", "owner"].map(|table| format!("DELETE FROM {name}.counterfoil_{table}"));
        let emptied = sqlx::raw_sql(sqlx::AssertSqlSafe(tables.join("; "))).execute(&*ERASERS).await;
        emptied.expect("the superuser may");
    }

    /// Ends the role's connections.
    pub async fn cut(&self) {
        let name = &self.name;
        superuser(&format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{name}'"))
            .await;
    }

    /// How a host names it.
    pub fn options(&self) -> PgConnectOptions {
        server().username(&self.name)
    }

    /// A store in it.
    pub async fn open(&self) -> PgStore {
        self.open_with(PgSetup::default()).await
    }

    /// The same, set up in some way.
    pub async fn open_with(&self, setup: PgSetup) -> PgStore {
        PgStore::connect_with(self.options(), setup).await.expect("a store")
    }

    /// Ends the role's connections and lets no new one in, or lets them in again.
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

/// The server, for its superuser.
pub fn server() -> PgConnectOptions {
    options(SERVER.port()).username("postgres")
}

/// Any server of this machine, without a role.
pub fn options(port: u16) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(port).database("postgres")
}

/// What the server says.
pub fn log() -> std::path::PathBuf {
    SERVER.log()
}

/// Runs statements as the superuser.
pub async fn superuser(statements: &str) {
    let mut raw = raw(&server()).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut raw).await.expect("the superuser may");
}

/// A connection beside the store's.
pub async fn raw(options: &PgConnectOptions) -> PgConnection {
    options.connect().await.expect("a connection")
}

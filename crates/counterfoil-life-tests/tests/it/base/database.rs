//! The databases on which the tests run, one kind for each kind of store.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use counterfoil_kv::{Engine, FjallEngine, KvStore, RedbEngine};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_sql::sqlx::postgres::{PgConnectOptions, PgConnection};
use counterfoil_sql::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use counterfoil_sql::sqlx::{AssertSqlSafe, ConnectOptions as _, raw_sql};
use counterfoil_sql::{PgStore, SqliteStore};
use counterfoil_testkit::servers::Postgres;
use counterfoil_testkit::servers::redis::RedisServer;
use tempfile::TempDir;

use super::{Kind, Store};

/// The server does not wait until data is on the disk. This is safe here, because no test stops the server.
static POSTGRES: LazyLock<Postgres> =
    LazyLock::new(|| Postgres::setup().setting("fsync", "off").setting("full_page_writes", "off").start());
static REDIS: LazyLock<RedisServer> = LazyLock::new(RedisServer::start);
static VALKEY: LazyLock<RedisServer> = LazyLock::new(RedisServer::start_valkey);
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// Removes everything that a store wrote to a SQL database. The schema stays.
const EMPTY: &str = "DELETE FROM counterfoil_record; DELETE FROM counterfoil_family; DELETE FROM counterfoil_client; \
    DELETE FROM counterfoil_client_key; DELETE FROM counterfoil_settings; \
    DELETE FROM counterfoil_throttle; DELETE FROM counterfoil_alias; DELETE FROM counterfoil_upkeep";

/// An open store, and the place where its data is.
pub(super) struct Database {
    pub(super) store: Arc<dyn Store>,
    place: Place,
}

/// Where the data of a store is.
enum Place {
    /// The data is in a SQLite file in this folder. The connection to the file is used to empty the database.
    Sqlite(SqliteConnection, #[expect(dead_code, reason = "it keeps the folder")] TempDir),
    /// The data is in a PostgreSQL database. This connection to the database is used to empty it.
    Postgres(PgConnection),
    /// The data is in files in this folder.
    Folder(#[expect(dead_code, reason = "it keeps the folder")] TempDir),
    /// The data is on a Redis or Valkey server. The keys begin with a prefix that no other store has.
    Prefix,
}

impl Database {
    /// Makes an empty database and opens it as a host does.
    pub(super) async fn new(kind: Kind) -> Self {
        match kind {
            Kind::Sqlite => sqlite().await,
            Kind::Postgres => postgres().await,
            Kind::Redis => redis(&REDIS).await,
            Kind::Valkey => redis(&VALKEY).await,
            Kind::Redb => {
                let folder = folder();
                let engine = RedbEngine::open(folder.path().join("store")).expect("an engine");
                embedded(engine, folder).await
            }
            Kind::Fjall => {
                let folder = folder();
                let engine = FjallEngine::open(folder.path().join("store")).expect("an engine");
                embedded(engine, folder).await
            }
        }
    }

    /// Whether [`empty`](Self::empty) is cheaper than a new database.
    pub(super) const fn is_reusable(&self) -> bool {
        matches!(self.place, Place::Sqlite(..) | Place::Postgres(_))
    }

    /// Removes everything that the store has written. No other store uses the same database.
    pub(super) async fn empty(&mut self) {
        match &mut self.place {
            Place::Sqlite(connection, _) => {
                raw_sql(EMPTY).execute(connection).await.expect("emptied");
            }
            Place::Postgres(connection) => {
                let all = format!("{EMPTY}; DELETE FROM counterfoil_owner");
                raw_sql(AssertSqlSafe(all)).execute(connection).await.expect("emptied");
            }
            Place::Folder(_) | Place::Prefix => unreachable!("such a database is not used twice"),
        }
    }
}

/// A folder in memory, if the system has a file system in memory.
fn folder() -> TempDir {
    let folder = TempDir::with_prefix_in("counterfoil-", "/dev/shm");
    folder.or_else(|_| TempDir::with_prefix("counterfoil-")).expect("a folder")
}

fn next() -> u32 {
    DATABASES.fetch_add(1, Ordering::Relaxed)
}

async fn sqlite() -> Database {
    let folder = folder();
    let options = SqliteConnectOptions::new().filename(folder.path().join("store")).create_if_missing(true);
    let store = SqliteStore::open(options.clone()).await.expect("a store");
    let connection = options.connect().await.expect("a connection");
    Database { store: Arc::new(store), place: Place::Sqlite(connection, folder) }
}

async fn postgres() -> Database {
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(POSTGRES.port()).username("postgres");
    let name = format!("life_{}", next());
    let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    let mut first = options.clone().database("postgres").connect().await.expect("a connection");
    raw_sql(create).execute(&mut first).await.expect("created");
    let options = options.database(&name);
    let store = PgStore::connect(options.clone()).await.expect("a store");
    let connection = options.connect().await.expect("a connection");
    Database { store: Arc::new(store), place: Place::Postgres(connection) }
}

async fn redis(server: &RedisServer) -> Database {
    let options = Options::new().prefix(&format!("life-{}", next()));
    let store = RedisStore::open(server.url(), options).await.expect("a store");
    Database { store: Arc::new(store), place: Place::Prefix }
}

async fn embedded(engine: impl Engine, folder: TempDir) -> Database {
    let store = KvStore::open(engine).await.expect("a store");
    Database { store: Arc::new(store), place: Place::Folder(folder) }
}

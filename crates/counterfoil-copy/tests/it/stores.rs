//! Opens an empty store of each kind, on real servers and files.

use std::any::Any;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use counterfoil::memory::MemoryStore;
use counterfoil::store::{AliasStore, ClientStore, SettingsStore, Throttle, TokenStore, Transfer};
use counterfoil_copy::Stores;
use counterfoil_kv::{FjallEngine, KvStore, RedbEngine};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_sql::sqlx::postgres::{PgConnectOptions, PgConnection};
use counterfoil_sql::sqlx::sqlite::SqliteConnectOptions;
use counterfoil_sql::sqlx::{AssertSqlSafe, ConnectOptions as _, raw_sql};
use counterfoil_sql::{PgStore, SqliteStore};
use counterfoil_testkit::servers::Postgres;
use counterfoil_testkit::servers::redis::{RedisCluster, RedisServer};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The async runtime of all tests.
pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
});

static POSTGRES: LazyLock<Postgres> =
    LazyLock::new(|| Postgres::setup().setting("fsync", "off").setting("full_page_writes", "off").start());
static REDIS: LazyLock<RedisServer> = LazyLock::new(RedisServer::start);
static CLUSTER: LazyLock<RedisCluster> = LazyLock::new(RedisCluster::start);
static SPACES: AtomicU32 = AtomicU32::new(0);

/// An opened store, and the folder or server that contains its data. The store implements all traits that a copy uses.
pub(crate) struct Opened<S> {
    pub(crate) store: Arc<S>,
    _kept: Option<Box<dyn Any + Send + Sync>>,
}

impl<S: TokenStore + Transfer + ClientStore + SettingsStore + Throttle + AliasStore> Opened<S> {
    fn new(store: S) -> Self {
        Self { store: Arc::new(store), _kept: None }
    }

    fn within(store: S, folder: TempDir) -> Self {
        Self { store: Arc::new(store), _kept: Some(Box::new(folder)) }
    }

    pub(crate) fn stores(&self) -> Stores {
        Stores::of(Arc::clone(&self.store))
    }
}

fn space() -> String {
    format!("copy_{}", SPACES.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn memory() -> Opened<MemoryStore> {
    Opened::new(MemoryStore::default())
}

pub(crate) async fn sqlite() -> Opened<SqliteStore> {
    let folder = TempDir::new().expect("a folder");
    let options = SqliteConnectOptions::new().filename(folder.path().join("store.db")).create_if_missing(true);
    Opened::within(SqliteStore::open(options).await.expect("a store"), folder)
}

pub(crate) async fn postgres() -> Opened<PgStore> {
    let name = space();
    let server = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(POSTGRES.port()).username("postgres");
    let mut raw: PgConnection = server.clone().database("postgres").connect().await.expect("a connection");
    raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut raw).await.expect("the superuser may");
    Opened::new(PgStore::connect(server.database(&name)).await.expect("a store"))
}

pub(crate) async fn redis() -> Opened<RedisStore> {
    Opened::new(RedisStore::open(REDIS.url(), Options::new().prefix(&space())).await.expect("a store"))
}

pub(crate) async fn redis_cluster() -> Opened<RedisStore> {
    Opened::new(RedisStore::open_cluster(CLUSTER.urls(), Options::new().prefix(&space())).await.expect("a store"))
}

pub(crate) async fn redb() -> Opened<KvStore> {
    let folder = TempDir::new().expect("a folder");
    let engine = RedbEngine::open(folder.path().join("store.redb")).expect("an engine");
    Opened::within(KvStore::open(engine).await.expect("a store"), folder)
}

pub(crate) async fn fjall() -> Opened<KvStore> {
    let folder = TempDir::new().expect("a folder");
    let engine = FjallEngine::open(folder.path().join("store")).expect("an engine");
    Opened::within(KvStore::open(engine).await.expect("a store"), folder)
}

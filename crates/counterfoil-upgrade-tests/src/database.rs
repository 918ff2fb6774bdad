//! Databases of every kind of store: empty databases to fill, and the databases that an earlier version wrote.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use counterfoil_kv::{Engine, FjallEngine, KvStore, RedbEngine};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_sql::sqlx::postgres::PgConnectOptions;
use counterfoil_sql::sqlx::sqlite::SqliteConnectOptions;
use counterfoil_sql::{PgStore, SqliteStore};
use counterfoil_stores::AnyStore;
use counterfoil_testkit::servers::Postgres;
use counterfoil_testkit::servers::redis::{RedisCluster, RedisServer};
use tempfile::TempDir;

use crate::raw::redis::Nodes;
use crate::raw::{packed, postgres, sqlite};

/// A kind of store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A SQLite file.
    Sqlite,
    /// A PostgreSQL database.
    Postgres,
    /// A Redis server.
    Redis,
    /// A Valkey server. [`Database::written`] fills it with the data that the earlier version wrote to a Redis server.
    Valkey,
    /// A Redis cluster. [`Database::written`] fills it with the data that the earlier version wrote to a Redis server.
    Cluster,
    /// A redb file.
    Redb,
    /// A fjall folder.
    Fjall,
}

impl Kind {
    /// The kinds whose databases are in `testdata`.
    pub const WRITTEN: [Self; 5] = [Self::Sqlite, Self::Postgres, Self::Redis, Self::Redb, Self::Fjall];

    /// The name of the file in `testdata` that contains the database.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite.db",
            Self::Postgres => "postgres.sql",
            Self::Redis | Self::Valkey | Self::Cluster => "redis.txt",
            Self::Redb => "redb.packed",
            Self::Fjall => "fjall.packed",
        }
    }
}

static POSTGRES: LazyLock<Postgres> =
    LazyLock::new(|| Postgres::setup().setting("fsync", "off").setting("full_page_writes", "off").start());
static CLUSTER: LazyLock<RedisCluster> = LazyLock::new(RedisCluster::start);
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A database of a test. Dropping this value removes the database, except for a PostgreSQL database and the keys in a
/// cluster. These are removed with their servers when the process ends.
#[derive(Debug)]
pub struct Database {
    kind: Kind,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(TempDir),
    Postgres(Box<PgConnectOptions>),
    Redis(RedisServer),
    /// The prefix of the keys in [`CLUSTER`].
    Cluster(String),
}

fn next_name() -> String {
    format!("upgrade_{}", DATABASES.fetch_add(1, Ordering::Relaxed))
}

/// The folder in `testdata` with the databases of a version.
#[must_use]
pub fn folder(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(version)
}

impl Database {
    /// Makes an empty database. It has no layout until it is [opened](Self::open).
    pub async fn empty(kind: Kind) -> Self {
        let place = match kind {
            Kind::Postgres => {
                let server = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(POSTGRES.port());
                let name = next_name();
                let options = server.username("postgres").database("postgres");
                postgres::run(&options, &format!("CREATE DATABASE {name}")).await;
                Place::Postgres(Box::new(options.database(&name)))
            }
            Kind::Redis => Place::Redis(RedisServer::start()),
            Kind::Valkey => Place::Redis(RedisServer::start_valkey()),
            Kind::Cluster => Place::Cluster(next_name()),
            Kind::Sqlite | Kind::Redb | Kind::Fjall => Place::Folder(TempDir::new().expect("a folder")),
        };
        Self { kind, place }
    }

    /// Makes a database and fills it with the data that `version` wrote, which is in `testdata`.
    pub async fn written(kind: Kind, version: &str) -> Self {
        let (database, file) = (Self::empty(kind).await, folder(version).join(kind.file()));
        let bytes = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let text = || std::str::from_utf8(&bytes).expect("a text");
        match &database.place {
            Place::Folder(_) if kind == Kind::Sqlite => std::fs::write(database.path(), &bytes).expect("written"),
            Place::Folder(_) => packed::unpack(&bytes, &database.path()),
            Place::Postgres(options) => postgres::run(options, text()).await,
            Place::Redis(_) | Place::Cluster(_) => database.nodes().restore(text()),
        }
        database
    }

    /// Whether several nodes may open the database at the same time.
    #[must_use]
    pub const fn serves_several(&self) -> bool {
        !matches!(self.kind, Kind::Redb | Kind::Fjall)
    }

    fn path(&self) -> PathBuf {
        let Place::Folder(folder) = &self.place else { panic!("{:?} has no path", self.kind) };
        folder.path().join("store")
    }

    fn nodes(&self) -> Nodes {
        match &self.place {
            Place::Redis(server) => Nodes::connect(&[server.url()], "counterfoil"),
            Place::Cluster(prefix) => Nodes::connect(&CLUSTER.urls(), prefix),
            _ => panic!("{:?} is no Redis server", self.kind),
        }
    }

    fn sqlite(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new().filename(self.path()).create_if_missing(true)
    }

    fn engine(&self) -> Arc<dyn Engine> {
        match self.kind {
            Kind::Redb => Arc::new(RedbEngine::open(self.path()).expect("an engine")),
            _ => Arc::new(FjallEngine::open(self.path()).expect("an engine")),
        }
    }

    /// Opens the database with the present crates, as a host does. This creates the layout, or upgrades it to the
    /// present one.
    ///
    /// # Panics
    ///
    /// If the store refuses the database.
    pub async fn open(&self) -> AnyStore {
        match &self.place {
            Place::Postgres(options) => {
                AnyStore::of(Arc::new(PgStore::connect((**options).clone()).await.expect("a store")))
            }
            Place::Redis(server) => {
                AnyStore::of(Arc::new(RedisStore::open(server.url(), Options::new()).await.expect("a store")))
            }
            Place::Cluster(prefix) => {
                let store = RedisStore::open_cluster(CLUSTER.urls(), Options::new().prefix(prefix)).await;
                AnyStore::of(Arc::new(store.expect("a store")))
            }
            Place::Folder(_) if self.kind == Kind::Sqlite => {
                AnyStore::of(Arc::new(SqliteStore::open(self.sqlite()).await.expect("a store")))
            }
            Place::Folder(_) => AnyStore::of(Arc::new(KvStore::open(self.engine()).await.expect("a store"))),
        }
    }

    /// Reads the database directly, not through a store. Returns all its contents: each table, key and index. Call it
    /// while no store is open.
    pub async fn rows(&self) -> Vec<String> {
        match &self.place {
            Place::Postgres(options) => postgres::dump(options).lines().map(str::to_owned).collect(),
            Place::Redis(_) | Place::Cluster(_) => self.nodes().dump(),
            Place::Folder(_) if self.kind == Kind::Sqlite => sqlite::dump(&self.sqlite()).await,
            Place::Folder(_) => {
                let pairs = self.engine().scan(&[], &[0xff; 8], usize::MAX).await.expect("rows");
                pairs.iter().map(|(key, value)| format!("{key:02x?} {value:02x?}")).collect()
            }
        }
    }

    /// Writes the database to its file in `folder`, so that [`written`](Self::written) can restore it. Call it while no
    /// store is open.
    pub async fn save(&self, folder: &Path) {
        let file = folder.join(self.kind.file());
        let bytes = match &self.place {
            Place::Folder(_) if self.kind == Kind::Sqlite => {
                sqlite::shrink(&self.sqlite()).await;
                std::fs::copy(self.path(), file).expect("copied");
                return;
            }
            Place::Folder(_) => packed::pack(&self.path()),
            Place::Postgres(options) => postgres::dump(options).into_bytes(),
            Place::Redis(_) | Place::Cluster(_) => (self.nodes().dump().join("\n") + "\n").into_bytes(),
        };
        std::fs::write(file, bytes).expect("written");
    }
}

//! Selects the store by URL. A new store needs a new [`Kind`].

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::Builder;
use counterfoil::memory::MemoryStore;
use counterfoil::settings::{Reading, SettingName};
use counterfoil::store::{ClientStore, SettingsStore, Throttle, TokenStore};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_sql::sqlx::postgres::PgConnectOptions;
use counterfoil_sql::sqlx::sqlite::SqliteConnectOptions;
use counterfoil_sql::{PgStore, SetupError, SqliteStore};

use crate::error::StartError;

/// The file name stem of the demo's own files, for databases that are not files.
const FILE_STEM: &str = "counterfoil-demo";

/// Accepts a Redis server without an append-only file, which is enough for a demo.
fn redis_options() -> Options {
    Options::new().volatile()
}

/// The kind of a store.
pub(crate) enum Kind {
    Memory,
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
    Redis,
    RedisCluster(Vec<String>),
}

/// Parses a store URL.
pub(crate) fn kind(url: &str) -> Result<Kind, StartError> {
    let (scheme, rest) = url.split_once(':').ok_or(StartError::StoreUrl)?;
    let behind_slashes = || rest.strip_prefix("//").filter(|rest| !rest.is_empty()).ok_or(StartError::StoreUrl);
    match scheme {
        "memory" if rest.is_empty() => Ok(Kind::Memory),
        "sqlite" => Ok(Kind::Sqlite(behind_slashes()?.into())),
        "postgres" | "postgresql" => PgConnectOptions::from_str(url)
            .map(|options| Kind::Postgres(Box::new(options)))
            .map_err(|_| StartError::StoreUrl),
        "redis" => Ok(Kind::Redis),
        "redis-cluster" => {
            Ok(Kind::RedisCluster(behind_slashes()?.split(',').map(|node| format!("redis://{node}")).collect()))
        }
        _ => Err(StartError::StoreUrl),
    }
}

/// The error for a database that cannot be used.
pub(crate) fn refused(error: SetupError) -> StartError {
    match error {
        SetupError::Older { .. } => StartError::Older(error),
        other => StartError::Store(other.into()),
    }
}

/// One store as the four store traits.
#[derive(Clone)]
pub struct Stores {
    tokens: Arc<dyn TokenStore>,
    clients: Arc<dyn ClientStore>,
    settings: Arc<dyn SettingsStore>,
    throttle: Arc<dyn Throttle>,
    files: Option<PathBuf>,
    /// Set for stores that must be closed.
    closer: Option<Arc<dyn Close>>,
}

/// A store that can be closed.
#[async_trait]
trait Close: Send + Sync {
    async fn close(&self);
}

#[async_trait]
impl Close for SqliteStore {
    async fn close(&self) {
        Self::close(self).await;
    }
}

#[async_trait]
impl Close for PgStore {
    async fn close(&self) {
        Self::close(self).await;
    }
}

impl Stores {
    /// Opens the store that a URL names.
    ///
    /// # Errors
    ///
    /// [`StartError`]. Its message does not contain the URL.
    pub async fn open(url: &str) -> Result<Self, StartError> {
        match kind(url)? {
            Kind::Memory => Ok(Self::of(MemoryStore::default(), None)),
            Kind::Sqlite(path) => {
                let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
                let store = Arc::new(SqliteStore::open(options).await.map_err(refused)?);
                Ok(Self { closer: Some(store.clone()), ..Self::of_shared(store, Some(path)) })
            }
            Kind::Postgres(options) => {
                let store = Arc::new(PgStore::connect(*options).await.map_err(refused)?);
                Ok(Self { closer: Some(store.clone()), ..Self::of_shared(store, Some(PathBuf::from(FILE_STEM))) })
            }
            Kind::Redis => {
                let store = RedisStore::open(url, redis_options()).await;
                Ok(Self::of(store.map_err(|error| StartError::Store(error.into()))?, Some(PathBuf::from(FILE_STEM))))
            }
            Kind::RedisCluster(nodes) => {
                let store = RedisStore::open_cluster(nodes, redis_options()).await;
                Ok(Self::of(store.map_err(|error| StartError::Store(error.into()))?, Some(PathBuf::from(FILE_STEM))))
            }
        }
    }

    /// Uses one store for all four traits. `files` is the stem of the names of the demo's own files; `None` if nothing
    /// outlives the process.
    pub fn of<S>(store: S, files: Option<PathBuf>) -> Self
    where
        S: TokenStore + ClientStore + SettingsStore + Throttle,
    {
        Self::of_shared(Arc::new(store), files)
    }

    fn of_shared<S>(store: Arc<S>, files: Option<PathBuf>) -> Self
    where
        S: TokenStore + ClientStore + SettingsStore + Throttle,
    {
        let (tokens, clients, settings) = (store.clone(), store.clone(), store.clone());
        Self { tokens, clients, settings, throttle: store, files, closer: None }
    }

    /// Closes the store. A SQLite file is then complete. The store must not be used afterwards.
    pub async fn close(&self) {
        if let Some(store) = &self.closer {
            store.close().await;
        }
    }

    /// The default file of the key ring; `None` if nothing outlives the process.
    #[must_use]
    pub fn keys(&self) -> Option<PathBuf> {
        self.beside(".keys")
    }

    /// The file of the profiles; `None` if nothing outlives the process.
    #[must_use]
    pub fn profiles(&self) -> Option<PathBuf> {
        self.beside(".profiles.json")
    }

    fn beside(&self, ending: &str) -> Option<PathBuf> {
        let mut name = self.files.clone()?.into_os_string();
        name.push(ending);
        Some(name.into())
    }

    /// Passes the store to a builder.
    pub fn build_into(&self, builder: Builder) -> Builder {
        builder
            .token_store(self.tokens.clone())
            .client_store(self.clients.clone())
            .settings_store(self.settings.clone())
            .throttle(self.throttle.clone())
    }

    /// Whether the store has not been seeded. Seeding sets the personal access token setting last.
    ///
    /// # Errors
    ///
    /// The error of the store.
    pub async fn is_new(&self) -> Result<bool, counterfoil::store::StoreError> {
        let found = self.settings.settings(&counterfoil::Realm::default()).await?;
        Ok(found
            .is_none_or(|found| found.settings.number(SettingName::PersonalAccessTokensEnabled) == Reading::Missing))
    }
}

impl std::fmt::Debug for Stores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}

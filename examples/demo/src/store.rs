//! The choice of the store, by URL. Another store is one more [`Kind`].

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::Builder;
use counterfoil::memory::MemoryStore;
use counterfoil::settings::Reading;
use counterfoil::store::{ClientStore, SettingsStore, Throttle, TokenStore};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_sql::sqlx::postgres::PgConnectOptions;
use counterfoil_sql::sqlx::sqlite::SqliteConnectOptions;
use counterfoil_sql::{PgStore, SetupError, SqliteStore};

use crate::error::StartError;

/// What the demo's own files are called after where the database is no file.
const FILES: &str = "counterfoil-demo";

/// A server as it comes, without an append-only file, will do to try things with.
fn redis_options() -> Options {
    Options::new().volatile()
}

/// What a URL names.
pub(crate) enum Kind {
    Memory,
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
    Redis,
    RedisCluster(Vec<String>),
}

/// Reads a URL.
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

/// A database that is not taken as it is.
pub(crate) fn refused(error: SetupError) -> StartError {
    match error {
        SetupError::Older { .. } => StartError::Older(error),
        other => StartError::Store(other.into()),
    }
}

/// One store behind its four ports.
#[derive(Clone)]
pub struct Stores {
    tokens: Arc<dyn TokenStore>,
    clients: Arc<dyn ClientStore>,
    settings: Arc<dyn SettingsStore>,
    throttle: Arc<dyn Throttle>,
    files: Option<PathBuf>,
    /// Of a store that has something to close.
    closes: Option<Arc<dyn Close>>,
}

/// A store that ends cleanly.
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
    /// [`StartError`], without a word of the URL.
    pub async fn open(url: &str) -> Result<Self, StartError> {
        match kind(url)? {
            Kind::Memory => Ok(Self::of(MemoryStore::default(), None)),
            Kind::Sqlite(path) => {
                let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
                let store = Arc::new(SqliteStore::open(options).await.map_err(refused)?);
                Ok(Self { closes: Some(store.clone()), ..Self::of_shared(store, Some(path)) })
            }
            Kind::Postgres(options) => {
                let store = Arc::new(PgStore::connect(*options).await.map_err(refused)?);
                Ok(Self { closes: Some(store.clone()), ..Self::of_shared(store, Some(PathBuf::from(FILES))) })
            }
            Kind::Redis => {
                let store = RedisStore::open(url, redis_options()).await;
                Ok(Self::of(store.map_err(|error| StartError::Store(error.into()))?, Some(PathBuf::from(FILES))))
            }
            Kind::RedisCluster(nodes) => {
                let store = RedisStore::open_cluster(nodes, redis_options()).await;
                Ok(Self::of(store.map_err(|error| StartError::Store(error.into()))?, Some(PathBuf::from(FILES))))
            }
        }
    }

    /// Takes one store as all four. `files`: what the files beside it are called after; `None`: nothing outlives the process.
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
        Self { tokens, clients, settings, throttle: store, files, closes: None }
    }

    /// Closes it: of a database in a file, all of it is in that file then. No call may follow.
    pub async fn close(&self) {
        if let Some(store) = &self.closes {
            store.close().await;
        }
    }

    /// The file of the key ring that belongs to it; `None`: nothing outlives the process, so no key need.
    #[must_use]
    pub fn keys(&self) -> Option<PathBuf> {
        self.beside(".keys")
    }

    /// The file of the profiles that belongs to it; `None` likewise.
    #[must_use]
    pub fn profiles(&self) -> Option<PathBuf> {
        self.beside(".profiles.json")
    }

    fn beside(&self, ending: &str) -> Option<PathBuf> {
        let mut name = self.files.clone()?.into_os_string();
        name.push(ending);
        Some(name.into())
    }

    /// Gives it to a handle.
    pub fn build_into(&self, builder: Builder) -> Builder {
        builder
            .token_store(self.tokens.clone())
            .client_store(self.clients.clone())
            .settings_store(self.settings.clone())
            .throttle(self.throttle.clone())
    }

    /// Whether nobody has filled it yet: the switch of the service, which is set last, was never set.
    ///
    /// # Errors
    ///
    /// The store.
    pub async fn is_untouched(&self) -> Result<bool, counterfoil::store::StoreError> {
        let found = self.settings.settings(&counterfoil::Realm::default()).await?;
        Ok(found.is_none_or(|found| found.settings.personal_access_tokens() == Reading::Missing))
    }
}

impl std::fmt::Debug for Stores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}

//! Opens stores and updates their schemas.

use std::error::Error;
use std::sync::Arc;

use counterfoil::memory::MemoryStore;
use counterfoil_kv::{KvStore, RedbEngine};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_sql::sqlx::sqlite::SqliteConnectOptions;
use counterfoil_sql::{PgStore, SetupError, SqliteStore};

use crate::any::AnyStore;
use crate::url::StoreUrl;

/// Why a store was not opened. The message contains no URL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The schema is missing or old, and the database role may not change it.
    #[error("the schema must be brought up to date first, as a role that may create tables")]
    Older(#[source] SetupError),
    /// Another error: the store is unreachable, a newer version wrote it, or its configuration is not safe.
    #[error("the store cannot be opened")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}

impl OpenError {
    fn other(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Store(error.into())
    }
}

impl From<SetupError> for OpenError {
    fn from(error: SetupError) -> Self {
        match error {
            SetupError::Older { .. } => Self::Older(error),
            other => Self::other(other),
        }
    }
}

/// The options for opening a store. By default, no file is created, and a Redis server must have an append-only file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Opening {
    /// Whether opening creates a missing file.
    pub create: bool,
    /// Whether a Redis server without an append-only file is accepted.
    pub volatile: bool,
}

impl Opening {
    /// Creates a missing file.
    #[must_use]
    pub fn creating(self) -> Self {
        Self { create: true, ..self }
    }

    /// Sets whether a Redis server without an append-only file is accepted.
    #[must_use]
    pub fn volatile(self, volatile: bool) -> Self {
        Self { volatile, ..self }
    }
}

/// The result of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrated {
    /// The schema is up to date.
    UpToDate,
    /// There is nothing to do, because opening the store updates its schema.
    NothingToDo,
}

impl StoreUrl {
    /// Opens the store. Updates an older schema if the database role may do that.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the store cannot be opened.
    pub async fn open(&self, how: &Opening) -> Result<AnyStore, OpenError> {
        let options = || if how.volatile { Options::new().volatile() } else { Options::new() };
        match self {
            Self::Memory => Ok(AnyStore::of(Arc::new(MemoryStore::default()))),
            Self::Sqlite(path) => {
                let options = SqliteConnectOptions::new().filename(path).create_if_missing(how.create);
                let store = Arc::new(SqliteStore::open(options).await?);
                Ok(AnyStore::of(Arc::clone(&store)).closed_by(store))
            }
            Self::Postgres(options) => {
                let store = Arc::new(PgStore::connect((**options).clone()).await?);
                Ok(AnyStore::of(Arc::clone(&store)).closed_by(store))
            }
            Self::Redis(url) => {
                let store = RedisStore::open(url.as_str(), options()).await;
                Ok(AnyStore::of(Arc::new(store.map_err(OpenError::other)?)))
            }
            Self::RedisCluster(nodes) => {
                let store = RedisStore::open_cluster(nodes.iter().map(String::as_str), options()).await;
                Ok(AnyStore::of(Arc::new(store.map_err(OpenError::other)?)))
            }
            Self::Redb(path) => {
                if !how.create && !path.exists() {
                    return Err(OpenError::other(format!("there is no file {}", path.display())));
                }
                let engine = RedbEngine::open(path).map_err(OpenError::other)?;
                Ok(AnyStore::of(Arc::new(KvStore::open(engine).await.map_err(OpenError::other)?)))
            }
        }
    }

    /// Creates the schema, or updates it.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the store cannot be opened or updated.
    pub async fn migrate(&self) -> Result<Migrated, OpenError> {
        match self {
            Self::Postgres(options) => {
                PgStore::migrate((**options).clone()).await?;
                Ok(Migrated::UpToDate)
            }
            // Opening a file updates its schema.
            Self::Sqlite(_) | Self::Redb(_) => {
                self.open(&Opening::default().creating()).await?.close().await;
                Ok(Migrated::UpToDate)
            }
            Self::Memory | Self::Redis(_) | Self::RedisCluster(_) => Ok(Migrated::NothingToDo),
        }
    }
}

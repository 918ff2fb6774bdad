//! Opens stores and updates their schemas.

use std::error::Error;
use std::sync::Arc;

use counterfoil::memory::MemoryStore;
use counterfoil_kv::{KvStore, RedbEngine};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_sql::sqlx::sqlite::SqliteConnectOptions;
use counterfoil_sql::{PgSetup, PgStore, SetupError, SqliteStore};

use crate::any::AnyStore;
use crate::url::StoreUrl;

/// Why a store was not opened. The message contains no URL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The schema is missing or old, and the database role has no right to change it.
    #[error("the schema must be brought up to date first, as a role that may create tables")]
    Older(#[source] SetupError),
    /// The file, the schema or the layout is missing, and [`Opening::unchanged`] forbids creating it.
    #[error("there is no store yet")]
    Missing,
    /// The layout is older than this crate needs, and [`Opening::unchanged`] forbids updating it.
    #[error("the store has an older layout")]
    Outdated(#[source] Box<dyn Error + Send + Sync>),
    /// Another error. For example, the store is unreachable, a newer version wrote it, or its configuration is not
    /// safe.
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
            SetupError::Outdated { found: 0, .. } => Self::Missing,
            SetupError::Outdated { .. } => Self::Outdated(error.into()),
            other => Self::other(other),
        }
    }
}

impl From<counterfoil_redis::SetupError> for OpenError {
    fn from(error: counterfoil_redis::SetupError) -> Self {
        match error {
            counterfoil_redis::SetupError::Outdated { found: 0, .. } => Self::Missing,
            counterfoil_redis::SetupError::Outdated { .. } => Self::Outdated(error.into()),
            other => Self::other(other),
        }
    }
}

impl From<counterfoil_kv::SetupError> for OpenError {
    fn from(error: counterfoil_kv::SetupError) -> Self {
        match error {
            counterfoil_kv::SetupError::Outdated { found: 0 } => Self::Missing,
            counterfoil_kv::SetupError::Outdated { .. } => Self::Outdated(error.into()),
            other => Self::other(other),
        }
    }
}

/// The options for opening a store. By default, no file is created, an older layout is updated, and a Redis server must
/// have an append-only file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Opening {
    /// Whether opening creates the file of the store if it is missing.
    pub create: bool,
    /// Whether the layout must stay as it is. If true, opening returns an error if the layout is missing or outdated.
    pub unchanged: bool,
    /// Whether a Redis server without an append-only file is accepted. Such a server can lose writes when it restarts.
    pub volatile: bool,
}

impl Opening {
    /// Allows [`StoreUrl::open`] to create the file of the store if it is missing.
    #[must_use]
    pub fn creating(self) -> Self {
        Self { create: true, ..self }
    }

    /// Forbids [`StoreUrl::open`] to create a store or to update its layout. A missing store is the error
    /// [`OpenError::Missing`], and an older layout is the error [`OpenError::Outdated`]. The mode of a file is not
    /// changed. Some files can still change: SQLite creates the index of its write-ahead log, and redb repairs a file
    /// after a crash.
    #[must_use]
    pub fn unchanged(self) -> Self {
        Self { unchanged: true, create: false, ..self }
    }

    /// Allows [`StoreUrl::open`] to create a missing layout and to update an older one. This is the default.
    #[must_use]
    pub fn changing(self) -> Self {
        Self { unchanged: false, ..self }
    }

    /// Sets whether a Redis server without an append-only file is accepted.
    #[must_use]
    pub fn volatile(self, volatile: bool) -> Self {
        Self { volatile, ..self }
    }
}

impl Opening {
    fn redis(&self, prefix: Option<&str>) -> Options {
        let options = if self.volatile { Options::new().volatile() } else { Options::new() };
        let options = if self.unchanged { options.without_upgrade() } else { options };
        prefix.map_or(options.clone(), |prefix| options.prefix(prefix))
    }
}

/// The result of [`StoreUrl::migrate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Migrated {
    /// The schema was created or updated, or was already up to date.
    UpToDate,
    /// This kind of store needs no migration, because opening it updates its layout.
    NothingToDo,
}

impl StoreUrl {
    /// Opens the store. If the schema is missing or older than this crate needs, creates or updates it. A database role
    /// needs the right to do so. With [`Opening::unchanged`], a missing or older schema is an error instead.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if the store cannot be opened.
    pub async fn open(&self, how: &Opening) -> Result<AnyStore, OpenError> {
        if let (true, Self::Sqlite(path) | Self::Redb(path)) = (how.unchanged, self)
            && !path.exists()
        {
            return Err(OpenError::Missing);
        }
        match self {
            Self::Memory => Ok(AnyStore::of(Arc::new(MemoryStore::default()))),
            Self::Sqlite(path) => {
                let options = SqliteConnectOptions::new().filename(path).create_if_missing(how.create);
                let store = if how.unchanged {
                    SqliteStore::open_unchanged(options).await?
                } else {
                    SqliteStore::open(options).await?
                };
                let store = Arc::new(store);
                Ok(AnyStore::of(Arc::clone(&store)).closed_by(store))
            }
            Self::Postgres(options) => {
                let setup = if how.unchanged { PgSetup::default().without_migration() } else { PgSetup::default() };
                let store = Arc::new(PgStore::connect_with((**options).clone(), setup).await?);
                Ok(AnyStore::of(Arc::clone(&store)).closed_by(store))
            }
            Self::Redis { url, prefix } => {
                let store = RedisStore::open(url.as_str(), how.redis(prefix.as_deref())).await?;
                Ok(AnyStore::of(Arc::new(store)))
            }
            Self::RedisCluster { nodes, prefix } => {
                let nodes = nodes.iter().map(String::as_str);
                let store = RedisStore::open_cluster(nodes, how.redis(prefix.as_deref())).await?;
                Ok(AnyStore::of(Arc::new(store)))
            }
            Self::Redb(path) => {
                if !how.create && !path.exists() {
                    return Err(OpenError::other(format!("there is no file {}", path.display())));
                }
                let store = if how.unchanged {
                    let engine =
                        RedbEngine::open_unchanged(path).map_err(OpenError::other)?.ok_or(OpenError::Missing)?;
                    KvStore::open_unchanged(engine).await?
                } else {
                    KvStore::open(RedbEngine::open(path).map_err(OpenError::other)?).await?
                };
                Ok(AnyStore::of(Arc::new(store)))
            }
        }
    }

    /// Creates the schema of the store, or updates it. A missing file is created. For the memory store and Redis, this
    /// does nothing: the memory store has no schema, and opening a Redis store updates its layout.
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
            // Opening a SQLite or redb file creates or updates its schema.
            Self::Sqlite(_) | Self::Redb(_) => {
                self.open(&Opening::default().creating()).await?.close().await;
                Ok(Migrated::UpToDate)
            }
            Self::Memory | Self::Redis { .. } | Self::RedisCluster { .. } => Ok(Migrated::NothingToDo),
        }
    }
}

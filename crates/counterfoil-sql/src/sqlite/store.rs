//! The store in a SQLite file.

use std::fmt;
use std::time::Duration;

use counterfoil::store::{StoreError, TokenRecord};
use counterfoil::{KeyId, RecordId};
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Sqlite, SqlitePool};

use super::{schema, sql};
use crate::error::{SetupError, not_done};
use crate::port::token_store;
use crate::row;

/// Readers beside the writer. More gain nothing: a read takes microseconds.
const READERS: u32 = 4;
/// How long another process may hold the file. Within this one nobody ever waits for a lock, but for the writer's turn.
const BUSY: Duration = Duration::from_secs(5);
/// How long a call waits for a connection before it is `Unavailable`.
const PATIENCE: Duration = Duration::from_secs(10);

/// Records, clients, settings and counters in one SQLite file, all four stores in one.
///
/// Several stores, also of several processes on one machine, may share a file; a network file system will not do. A write that was answered is on the
/// disk (`synchronous=FULL`).
#[derive(Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, brings its schema up to date and checks its set-up. Journal mode, synchronous and busy time-out are the store's own, whatever
    /// the options say; the store makes its own connections, because a pool whose connections all write starves under load.
    ///
    /// # Errors
    ///
    /// [`SetupError`], for a database in memory too.
    pub async fn open(options: SqliteConnectOptions) -> Result<Self, SetupError> {
        let options = options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let writer = pool(1).connect_with(options.clone()).await?;
        let mut connection = writer.acquire().await?;
        if schema::file(&mut connection).await?.is_empty() {
            return Err(SetupError::InMemory);
        }
        schema::migrate(&mut connection).await?;
        drop(connection);
        let readers = pool(READERS).connect_with(options.pragma("query_only", "ON")).await?;
        schema::check(&writer).await?;
        Ok(Self { writer, readers })
    }

    /// Closes all connections; calls after it are `Unavailable`. Dropping the last clone does the same, but does not wait.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    pub(super) const fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    pub(super) const fn readers(&self) -> &SqlitePool {
        &self.readers
    }
}

fn pool(connections: u32) -> PoolOptions<Sqlite> {
    PoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl SqliteStore {
    async fn get_pair(&self, id: &RecordId) -> Result<Option<TokenRecord>, StoreError> {
        let query = sqlx::query(sql::PAIR).bind(id.as_bytes().as_slice());
        let found = query.fetch_optional(&self.readers).await.map_err(not_done("get"))?;
        found.map(|sheet| row::record_of(id, &sheet)).transpose()
    }

    async fn count_keys(&self) -> Result<Vec<(KeyId, u64)>, StoreError> {
        let rows = sqlx::query(sql::CENSUS).fetch_all(&self.readers).await.map_err(not_done("census"))?;
        rows.iter().map(row::census).collect()
    }
}

token_store!(SqliteStore);

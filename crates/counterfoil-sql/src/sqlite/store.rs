//! The store in a SQLite file.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::store::{StoreError, TokenRecord};
use counterfoil::types::{KeyId, RecordId};
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, SqlitePool};

use super::file::{OpenFile, keep_private};
use super::read::Readers;
use super::{log, schema, sql};
use crate::error::SetupError;
use crate::port::token_store;
use crate::row;

/// How long another process may hold the file. Within this one nobody ever waits for a lock, but for the writer's turn.
const BUSY: Duration = Duration::from_secs(5);
/// How long a call waits for a connection before it is `Unavailable`.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Records, clients, settings and counters in one SQLite file, all four stores in one.
///
/// Several stores, also of several processes on one machine, may share a file; a network file system will not do. A write that was answered is on the
/// disk (`synchronous=FULL`).
#[derive(Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: Arc<Readers>,
    file: Arc<OpenFile>,
}

impl SqliteStore {
    /// Opens the file, brings its schema up to date where it is not, and checks its set-up. The file and what SQLite keeps beside it are taken from everybody but
    /// their owner (mode 0600). Journal mode, synchronous and busy time-out are the store's own, whatever
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
        keep_private(&options).map_err(sqlx::Error::Io)?;
        let writer = PoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options.clone())
            .await?;
        let mut connection = writer.acquire().await?;
        let path = schema::file(&mut connection).await?;
        if path.is_empty() {
            return Err(SetupError::InMemory);
        }
        // What was made by way of a link is as SQLite made it.
        keep_private(&options).map_err(sqlx::Error::Io)?;
        let file = Arc::new(OpenFile::at(path.into()).map_err(sqlx::Error::Io)?);
        if schema::needs_migration(&mut connection).await? {
            schema::migrate(&mut connection).await?;
        }
        drop(connection);
        schema::check(&writer).await?;
        // From here on a file that is missing was removed: no other one is made in its place.
        let options = options.create_if_missing(false);
        writer.set_connect_options(options.clone());
        let readers = Arc::new(Readers::new(options));
        Ok(Self { writer, readers, file })
    }

    /// Closes all connections and leaves one whole file: what is in the log is copied into it. Calls after it are `Unavailable`. Where another process has the file
    /// open, its log stays, empty but for what that process reads. Dropping the last clone closes too, but does not wait, and may leave the log.
    pub async fn close(&self) {
        self.readers.close().await;
        log::empty(&self.writer).await;
        self.writer.close().await;
    }

    pub(super) const fn file(&self) -> &Arc<OpenFile> {
        &self.file
    }

    pub(super) const fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    pub(super) fn readers(&self) -> &Readers {
        &self.readers
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl SqliteStore {
    async fn get_pair(&self, id: &RecordId) -> Result<Option<TokenRecord>, StoreError> {
        let found = self.read_one("get", sqlx::query(sql::PAIR).bind(id.as_bytes().as_slice())).await?;
        found.map(|sheet| row::record_of(id, &sheet)).transpose()
    }

    async fn count_keys(&self) -> Result<Vec<(KeyId, u64)>, StoreError> {
        let rows = self.read("census", sqlx::query(sql::CENSUS)).await?;
        rows.iter().map(row::census).collect()
    }

    async fn try_both(&self) -> Result<(), StoreError> {
        self.read_one("probe", sqlx::query(sql::SCHEMA_VERSION)).await?;
        let mut write = self.write("probe").await?;
        write.run(sqlx::query(sql::PROBE)).await?;
        write.commit(()).await
    }
}

token_store!(SqliteStore);

//! The store in a SQLite file.

use std::fmt;
use std::path::Path;
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

/// The time for which a call waits while another process, or another store of this process, has locked the file. The
/// calls of one store never wait for this lock because of each other: they wait for the connection for writes.
const BUSY: Duration = Duration::from_secs(5);
/// The time for which a call waits for a connection before it returns `Unavailable`.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A store of records, clients, settings, counters and aliases in one SQLite file.
///
/// Several stores may share a file, also in several processes on one machine. A network file system is not supported.
/// An acknowledged write is on the disk (`synchronous=FULL`).
#[derive(Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: Arc<Readers>,
    file: Arc<OpenFile>,
}

impl SqliteStore {
    /// Opens the file, migrates its schema if needed, and checks its set-up. Takes away the permissions of other users
    /// on the file, its write-ahead log and its shared-memory index. A file that is created gets mode 0600. The store
    /// ignores the options for journal mode, synchronous and busy timeout, and sets its own values. The store opens its
    /// own connections, because writers that share a pool delay each other under load.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if the file cannot be opened or is refused, or if the database is in memory.
    pub async fn open(options: SqliteConnectOptions) -> Result<Self, SetupError> {
        Self::open_as(options.journal_mode(SqliteJournalMode::Wal), true).await
    }

    /// Opens an existing file, but only if its schema is current. Opening does not create or migrate the file, and does
    /// not change its permissions. The options must not set a journal mode, because SQLite would store this mode in the
    /// file. This suits a program that only reads.
    ///
    /// # Errors
    ///
    /// [`SetupError`] for the same reasons as in [`SqliteStore::open`]. In addition, [`SetupError::Outdated`] if the
    /// schema is missing or older than this crate needs.
    pub async fn open_unchanged(options: SqliteConnectOptions) -> Result<Self, SetupError> {
        Self::open_as(options.create_if_missing(false), false).await
    }

    async fn open_as(options: SqliteConnectOptions, changes: bool) -> Result<Self, SetupError> {
        let options = options.synchronous(SqliteSynchronous::Full).busy_timeout(BUSY).disable_statement_logging();
        let private = || if changes { keep_private(&options) } else { Ok(()) };
        private().map_err(sqlx::Error::Io)?;
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
        // SQLite may have created the file, for example through a link. Such a file has SQLite's default permissions,
        // so they are taken away here.
        private().map_err(sqlx::Error::Io)?;
        let file = Arc::new(OpenFile::at(path.into()).map_err(sqlx::Error::Io)?);
        if schema::needs_migration(&mut connection).await? {
            if !changes {
                return Err(schema::outdated(&mut connection).await?);
            }
            schema::migrate(&mut connection).await?;
        }
        drop(connection);
        schema::check(&writer).await?;
        // From here on the file exists. If it is missing later, somebody has removed it, and a new empty file must not
        // replace it.
        let options = options.create_if_missing(false);
        writer.set_connect_options(options.clone());
        let readers = Arc::new(Readers::new(options));
        Ok(Self { writer, readers, file })
    }

    /// Opens the file at this path, and creates it if it is missing. Like [`SqliteStore::open`], with default
    /// options.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`SqliteStore::open`].
    ///
    /// ```
    /// use counterfoil::store::TokenStore;
    /// use counterfoil_sql::SqliteStore;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("service.db");
    /// let store = SqliteStore::open_or_create(&path).await?;
    /// assert!(path.exists() && store.census().await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn open_or_create(path: impl AsRef<Path>) -> Result<Self, SetupError> {
        Self::open(SqliteConnectOptions::new().filename(path).create_if_missing(true)).await
    }

    /// Closes all connections and copies the write-ahead log into the file. Later calls return `Unavailable`. If
    /// another process has the file open, the log file stays.
    ///
    /// Dropping the last clone also closes the connections. But it does not wait until they are closed, and the log can
    /// stay.
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
        found.map(|row| row::record_of(id, &row)).transpose()
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

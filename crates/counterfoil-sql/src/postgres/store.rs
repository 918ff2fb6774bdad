//! The store in a PostgreSQL database.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::store::{StoreError, TokenRecord};
use counterfoil::types::{KeyId, RecordId};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::connection::Route;
use super::pool::Pool;
use super::reader::{PLANNED_ONCE, Reader};
use super::setup::PgSetup;
use super::{schema, sql, start};
use crate::error::SetupError;
use crate::port::token_store;
use crate::row;

/// The factor by which the time limit of a census is longer than that of another statement, because a census reads
/// every record.
const CENSUS: u32 = 12;

/// The planner settings of every connection. The server keeps a plan that it made while the tables were empty, and
/// without `enable_seqscan = off` this plan would be a sequential scan. Only the census and the query for the schema
/// version need a sequential scan. With `enable_seqscan` off, the server assigns a very high cost to these scans, and
/// would therefore compile the queries first (`jit`). With compilation, a census of four records takes 0.4 s.
pub(super) const PLANNING: [(&str, &str); 2] = [("enable_seqscan", "off"), ("jit", "off")];

/// A store of records, clients, settings, throttle counters and aliases of imported tokens, in one PostgreSQL database.
///
/// The tables are created in the first schema of the `search_path`. This schema must exist, and the role must be
/// allowed to use it. Any number of stores in any number of processes may share a database.
#[derive(Clone)]
pub struct PgStore {
    pool: Arc<Pool>,
    reader: Arc<Reader>,
}

impl PgStore {
    /// Connects, migrates the schema if needed, and checks the set-up of the database. If the schema is up to date,
    /// this call changes nothing and needs no privilege to create tables.
    ///
    /// The store opens its own connections, because a pool that other code shares is not safe. On a shared connection,
    /// a dropped future can leave a transaction open. The rollback of this transaction would undo acknowledged writes
    /// of the store.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if the database is refused or cannot be reached. If the server does not answer within
    /// [`PgSetup::connect_timeout`], this is [`NoAnswer`](SetupError::NoAnswer).
    pub async fn connect(options: PgConnectOptions) -> Result<Self, SetupError> {
        Self::connect_with(options, PgSetup::default()).await
    }

    /// Like [`connect`](Self::connect), with other options for the connections.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`connect`](Self::connect).
    pub async fn connect_with(options: PgConnectOptions, setup: PgSetup) -> Result<Self, SetupError> {
        let options = own(options, setup);
        let mut first = start::connect(&options, setup).await?;
        if start::within(setup, schema::needs_migration(&mut first)).await? {
            if !setup.migrates {
                return Err(start::within(setup, schema::outdated(&mut first)).await?);
            }
            first = schema::migrate(first).await?;
        }
        start::within(setup, schema::check(&mut first)).await?;
        let route = Route::new(options, setup.statement_timeout);
        let reader = Arc::new(Reader::new(route.with(PLANNED_ONCE)));
        let first = route.adopt(first);
        let pool = Pool::new(Arc::new(route), setup.connections.get(), setup.connect_timeout, first);
        Ok(Self { pool, reader })
    }

    /// Migrates the schema and disconnects. This is for a service whose own role may not create tables. The migration
    /// has no time limit, because it possibly writes every row.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`connect`](Self::connect).
    ///
    /// ```no_run
    /// # async fn migrate() -> Result<(), counterfoil_sql::SetupError> {
    /// use counterfoil_sql::PgStore;
    /// use counterfoil_sql::sqlx::postgres::PgConnectOptions;
    ///
    /// PgStore::migrate(PgConnectOptions::new().host("db.internal").username("owner").database("service")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn migrate(options: PgConnectOptions) -> Result<(), SetupError> {
        let setup = PgSetup::default();
        let mut first = start::connect(&own(options, setup), setup).await?;
        if start::within(setup, schema::needs_migration(&mut first)).await? {
            first = schema::migrate(first).await?;
        }
        Ok(first.close().await?)
    }

    /// Closes all connections. Later calls return `Unavailable`. Dropping the last clone also closes the connections,
    /// but does not wait until they are closed.
    pub async fn close(&self) {
        self.reader.close().await;
        self.pool.close().await;
    }

    pub(super) fn reader(&self) -> &Reader {
        &self.reader
    }

    pub(super) const fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// Opens a connection outside the pool, with the settings that the connections of the pool have.
    #[cfg(test)]
    pub(super) async fn wire(&self) -> sqlx::PgConnection {
        self.pool.route().connect().await.expect("a connection")
    }

    pub(super) fn limit(&self) -> Duration {
        self.pool.route().limit()
    }
}

/// Adds to the host's options the settings that every connection of the store has. They override the host's own
/// settings. The lock timeout is a little shorter than the statement timeout, so that the server stops waiting before
/// the store does. Otherwise each statement that the store gives up would occupy a server connection for as long as the
/// table is locked.
fn own(options: PgConnectOptions, setup: PgSetup) -> PgConnectOptions {
    let isolation = [("default_transaction_isolation", setup.isolation.name())];
    let milliseconds = i32::try_from(setup.statement_timeout.as_millis() * 4 / 5).unwrap_or(i32::MAX);
    let lock_timeout = [("lock_timeout", milliseconds.to_string())];
    options.options(isolation).options(lock_timeout).options(PLANNING).disable_statement_logging()
}

impl fmt::Debug for PgStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgStore").finish_non_exhaustive()
    }
}

impl PgStore {
    async fn get_pair(&self, id: &RecordId) -> Result<Option<TokenRecord>, StoreError> {
        self.pair("get", id).await
    }

    async fn count_keys(&self) -> Result<Vec<(KeyId, u64)>, StoreError> {
        let rows = self.read_within("census", self.limit() * CENSUS, || sqlx::query(sql::CENSUS)).await?;
        rows.iter().map(row::census).collect()
    }

    async fn try_both(&self) -> Result<(), StoreError> {
        self.pair("probe", &RecordId::from_bytes([0; 16])).await?;
        self.write("probe", || sqlx::query(sql::PROBE).bind("")).await.map(drop)
    }
}

token_store!(PgStore);

//! The store in a PostgreSQL database.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::store::{StoreError, TokenRecord};
use counterfoil::types::{KeyId, RecordId};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::link::Route;
use super::pool::Pool;
use super::reader::{PLANNED_ONCE, Reader};
use super::setup::PgSetup;
use super::{schema, sql, start};
use crate::error::SetupError;
use crate::port::token_store;
use crate::row;

/// A census reads every record: it is given so many times the limit of a statement.
const CENSUS: u32 = 12;

/// A plan made while the tables are empty is kept, and must not be a scan when they are not: none but the census and the schema's version needs one. The server
/// prices such a scan as endless and would compile it first (`jit`): four tenths of a second for a census of four records.
pub(super) const PLANNING: [(&str, &str); 2] = [("enable_seqscan", "off"), ("jit", "off")];

/// Records, clients, settings and counters in a PostgreSQL database, all four stores in one.
///
/// Tables are made in the first schema of the `search_path`, which must be there and open to the role. Several stores of any number of processes may share a database.
#[derive(Clone)]
pub struct PgStore {
    pool: Arc<Pool>,
    reader: Arc<Reader>,
}

impl PgStore {
    /// Connects, brings the schema up to date where it is not, and checks the set-up. A start at the present schema changes nothing and needs no right to create.
    /// The store makes its own connections: in a shared pool somebody else's dropped future may have left a transaction open, in which the store's
    /// acknowledged writes would vanish.
    ///
    /// # Errors
    ///
    /// [`SetupError`]: [`NoAnswer`](SetupError::NoAnswer) after [`PgSetup::connect_timeout`].
    pub async fn connect(options: PgConnectOptions) -> Result<Self, SetupError> {
        Self::connect_with(options, PgSetup::default()).await
    }

    /// The same with another number of connections, other time limits, or at another isolation.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub async fn connect_with(options: PgConnectOptions, setup: PgSetup) -> Result<Self, SetupError> {
        let options = own(options, setup);
        let mut first = start::connect(&options, setup).await?;
        if start::within(setup, schema::needs_migration(&mut first)).await? {
            first = schema::migrate(first).await?;
        }
        start::within(setup, schema::check(&mut first)).await?;
        let route = Route::new(options, setup.statement_timeout);
        let reader = Arc::new(Reader::new(route.with(PLANNED_ONCE)));
        let first = route.adopt(first);
        let pool = Pool::new(Arc::new(route), setup.connections.get(), setup.connect_timeout, first);
        Ok(Self { pool, reader })
    }

    /// Brings the schema up to date and ends: for a start under a role that may not create. It is not bounded in time, since a step may
    /// write every row once.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
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

    /// Closes all connections; calls after it are `Unavailable`. Dropping the last clone does the same, but does not wait.
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

    /// A connection beside the pool's, set up as they are.
    #[cfg(test)]
    pub(super) async fn wire(&self) -> sqlx::PgConnection {
        self.pool.route().connect().await.expect("a connection")
    }

    /// How long a statement may be under way.
    pub(super) fn limit(&self) -> Duration {
        self.pool.route().limit()
    }
}

/// What holds for every connection of the store, whatever the host's options say. The server gives up waiting for a lock a little before the store does, and says so: else each
/// statement that the store gave up would keep a connection of the server's for as long as somebody locks the table.
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

//! The store in a PostgreSQL database.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::store::{StoreError, TokenRecord};
use counterfoil::{KeyId, RecordId};
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _, PgPool};

use super::reader::Reader;
use super::setup::PgSetup;
use super::{schema, sql};
use crate::error::SetupError;
use crate::port::token_store;
use crate::row;

/// How long a call waits for a connection before it is `Unavailable`.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// A connection of which nothing was heard for so long is tested before it writes: else each one that a restart of the server cut would cost a write that may
/// have been done. Testing them all would cost each write a second trip.
const UNSEEN: Duration = Duration::from_secs(1);

/// A plan made while the tables are empty is kept, and must not be a scan when they are not: none but the census and the schema's version needs one. The server
/// prices such a scan as endless and would compile it first (`jit`): four tenths of a second for a census of four records.
pub(super) const PLANNING: [(&str, &str); 2] = [("enable_seqscan", "off"), ("jit", "off")];

/// Records, clients, settings and counters in a PostgreSQL database, all four stores in one.
///
/// Tables are made in the first schema of the `search_path`. Several stores of any number of processes may share a database.
#[derive(Clone)]
pub struct PgStore {
    pool: PgPool,
    reader: Arc<Reader>,
}

impl PgStore {
    /// Connects, brings the schema up to date and checks the set-up. The store makes its own pool: in a shared one somebody else's dropped future may have
    /// left a transaction open, in which the store's acknowledged writes would vanish.
    ///
    /// # Errors
    ///
    /// [`SetupError`].
    pub async fn connect(options: PgConnectOptions) -> Result<Self, SetupError> {
        Self::connect_with(options, PgSetup::default()).await
    }

    /// The same with another number of connections, or at another isolation.
    ///
    /// # Errors
    ///
    /// [`SetupError`].
    pub async fn connect_with(options: PgConnectOptions, setup: PgSetup) -> Result<Self, SetupError> {
        let isolation = setup.isolation.name();
        let options = options.options([("default_transaction_isolation", isolation)]).options(PLANNING);
        let options = options.disable_statement_logging();
        schema::migrate(options.connect().await?).await?;
        let reader = Arc::new(Reader::new(&options));
        let pool = PoolOptions::new()
            .max_connections(setup.connections.get())
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .before_acquire(|connection: &mut PgConnection, seen| {
                Box::pin(async move {
                    if seen.idle_for >= UNSEEN {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options)
            .await?;
        schema::check(&pool, isolation).await?;
        Ok(Self { pool, reader })
    }

    /// Closes all connections; calls after it are `Unavailable`. Dropping the last clone does the same, but does not wait.
    pub async fn close(&self) {
        self.reader.close().await;
        self.pool.close().await;
    }

    pub(super) fn reader(&self) -> &Reader {
        &self.reader
    }

    pub(super) const fn pool(&self) -> &PgPool {
        &self.pool
    }
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
        let rows = self.read("census", || sqlx::query(sql::CENSUS)).await?;
        rows.iter().map(row::census).collect()
    }
}

token_store!(PgStore);

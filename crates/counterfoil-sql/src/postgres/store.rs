//! The store in a PostgreSQL database.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::store::{
    Applied, Change, Cursor, Home, Inserted, Listing, NewRecord, NoticeMark, Page, Progress, Revoke, Revoked, Rotated,
    Step, StoreError, TokenRecord, TokenStore,
};
use counterfoil::{KeyId, RecordId, Ts, Version};
use sqlx::pool::PoolOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgPool};

use super::purge::Limits;
use super::{schema, sql};
use crate::error::SetupError;
use crate::row;

/// Connections, where the host names no number: more than a server of few cores can use at once.
const CONNECTIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
/// How long a call waits for a connection before it is `Unavailable`.
const PATIENCE: Duration = Duration::from_secs(5);

/// Records, clients, settings and counters in a PostgreSQL database, all four stores in one.
///
/// Tables are made in the first schema of the `search_path`. Several stores of any number of processes may share a database.
#[derive(Clone)]
pub struct PgStore {
    pool: PgPool,
}

impl PgStore {
    /// Connects, brings the schema up to date and checks the set-up. The store makes its own pool: in a shared one somebody else's dropped future may have
    /// left a transaction open, in which the store's acknowledged writes would vanish.
    ///
    /// # Errors
    ///
    /// [`SetupError`].
    pub async fn connect(options: PgConnectOptions) -> Result<Self, SetupError> {
        Self::connect_with(options, CONNECTIONS).await
    }

    /// The same with so many connections at most.
    ///
    /// # Errors
    ///
    /// [`SetupError`].
    pub async fn connect_with(options: PgConnectOptions, connections: NonZeroU32) -> Result<Self, SetupError> {
        let options =
            options.options([("default_transaction_isolation", "read committed")]).disable_statement_logging();
        schema::migrate(options.connect().await?).await?;
        let pool = PoolOptions::new()
            .max_connections(connections.get())
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        schema::check(&pool).await?;
        Ok(Self { pool })
    }

    /// Closes all connections; calls after it are `Unavailable`. Dropping the last clone does the same, but does not wait.
    pub async fn close(&self) {
        self.pool.close().await;
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

#[async_trait]
impl TokenStore for PgStore {
    async fn insert(&self, home: Home<'_>, new: &[NewRecord], now: Ts) -> Result<Inserted, StoreError> {
        self.insert_all(home, new, now).await
    }

    async fn get(&self, id: &RecordId) -> Result<Option<TokenRecord>, StoreError> {
        self.pair("get", id).await
    }

    async fn apply(&self, id: &RecordId, expect: Version, change: &Change, now: Ts) -> Result<Applied, StoreError> {
        self.apply_change(id, expect, change, now).await
    }

    async fn rotate(&self, parent: &RecordId, step: &Step, new: &[NewRecord], now: Ts) -> Result<Rotated, StoreError> {
        self.rotate_step(parent, step, new, now).await
    }

    async fn revoke(
        &self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Ts,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        self.revoke_what(what, revoked, gone_at, limit).await
    }

    async fn touch(&self, seen: &[(RecordId, Ts)]) -> Result<(), StoreError> {
        self.touch_all(seen).await
    }

    async fn list(
        &self,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        self.list_page(of, after, limit).await
    }

    async fn due(&self, now: Ts, after: Option<&Cursor>, limit: NonZeroU32) -> Result<Page<TokenRecord>, StoreError> {
        self.due_page(now, after, limit).await
    }

    async fn claim(&self, id: &RecordId, held: NoticeMark, lease_until: Ts) -> Result<Option<TokenRecord>, StoreError> {
        self.claim_notice(id, held, lease_until).await
    }

    async fn settle(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Ts, u8)>,
    ) -> Result<bool, StoreError> {
        self.settle_notice(id, held, next, sent).await
    }

    async fn purge(
        &self,
        now: Ts,
        unsent_before: Ts,
        windows_before: Ts,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        self.purge_batch(Limits { now, unsent_before, windows_before }, limit.get()).await
    }

    async fn census(&self) -> Result<Vec<(KeyId, u64)>, StoreError> {
        let rows = self.read("census", || sqlx::query(sql::CENSUS)).await?;
        rows.iter().map(row::census).collect()
    }
}

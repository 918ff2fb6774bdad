//! Stores the counters that throttle callers. Each step is one transaction, which reads the counter, decides, and
//! writes.

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{Counter, Reserved, StoreError, Throttle, ThrottleKey};

use super::store::SqliteStore;
use super::throttle_sql;
use super::write::Write;
use crate::row::{self, micros, micros_of};

impl Write {
    async fn counter(&mut self, key: &ThrottleKey) -> Result<Option<Counter>, StoreError> {
        let query = sqlx::query(throttle_sql::READ).bind(key.as_bytes().as_slice());
        self.one(query).await?.as_ref().map(row::counter).transpose()
    }

    /// Stores a counter, or removes it if it is empty.
    async fn put_counter(&mut self, key: &ThrottleKey, counter: &Counter) -> Result<(), StoreError> {
        let key = key.as_bytes().as_slice();
        if counter.is_empty() {
            return self.run(sqlx::query(throttle_sql::REMOVE).bind(key)).await.map(drop);
        }
        let query = sqlx::query(throttle_sql::PUT)
            .bind(key)
            .bind(i64::from(counter.failures()))
            .bind(micros_of(counter.ends_at()))
            .bind(row::instants(counter.under_way()))
            .bind(micros(counter.gone_at()));
        self.run(query).await.map(drop)
    }
}

impl SqliteStore {
    async fn settle(
        &self,
        op: &'static str,
        key: &ThrottleKey,
        step: impl FnOnce(&mut Counter) + Send,
    ) -> Result<(), StoreError> {
        let mut write = self.write(op).await?;
        if let Some(mut counter) = write.counter(key).await? {
            step(&mut counter);
            write.put_counter(key, &counter).await?;
        }
        write.commit(()).await
    }
}

#[async_trait]
impl Throttle for SqliteStore {
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Timestamp,
        window: Duration,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError> {
        let mut write = self.write("reserve").await?;
        let mut counter = write.counter(key).await?.unwrap_or_default();
        let ahead = counter.lies_ahead(now, window);
        let answer = counter.reserve(now, window, limit);
        if ahead || matches!(answer, Reserved::Granted(_)) {
            write.put_counter(key, &counter).await?;
        }
        write.commit(answer).await
    }

    async fn failed(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        self.settle("failed", key, |counter| counter.failed(reserved_at, now, window)).await
    }

    async fn release(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        self.settle("release", key, |counter| counter.release(reserved_at, now, window)).await
    }

    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        let mut write = self.write("purge_counters").await?;
        let query = sqlx::query(throttle_sql::PURGE).bind(micros(now)).bind(i64::from(limit.get()));
        let went = write.run(query).await?.rows_affected();
        write.commit(went).await
    }
}

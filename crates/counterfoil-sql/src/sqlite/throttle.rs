//! Counters.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::store::{Reserved, StoreError, Throttle, ThrottleKey};
use counterfoil::{Span, Ts};

use super::sql;
use super::store::SqliteStore;
use crate::row::{self, micros};

#[async_trait]
impl Throttle for SqliteStore {
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Ts,
        window: Span,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError> {
        let mut write = self.write("reserve").await?;
        let query = sqlx::query(sql::RESERVE)
            .bind(key.as_bytes().as_slice())
            .bind(micros(now))
            .bind(micros(now.plus_capped(window)))
            .bind(i64::from(limit.get()));
        if write.one(query).await?.is_some() {
            return write.commit(Reserved::Granted).await;
        }
        let end = write.one(sqlx::query(sql::WINDOW_END).bind(key.as_bytes().as_slice())).await?;
        let end = end.map(|end| row::instant(&end, 0)).transpose()?.flatten();
        Ok(Reserved::Wait(end.unwrap_or(now)))
    }

    async fn release(&self, key: &ThrottleKey) -> Result<(), StoreError> {
        let mut write = self.write("release").await?;
        write.run(sqlx::query(sql::RELEASE).bind(key.as_bytes().as_slice())).await?;
        write.commit(()).await
    }

    async fn purge_counters(&self, now: Ts, limit: NonZeroU32) -> Result<u64, StoreError> {
        let mut write = self.write("purge_counters").await?;
        let query = sqlx::query(sql::PURGE_COUNTERS).bind(micros(now)).bind(i64::from(limit.get()));
        let went = write.run(query).await?.rows_affected();
        write.commit(went).await
    }
}

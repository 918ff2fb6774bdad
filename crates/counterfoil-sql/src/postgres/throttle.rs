//! Counters.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::store::{Reserved, StoreError, Throttle, ThrottleKey};
use counterfoil::{Span, Ts};

use super::ask::{TURNS, Wrote, lost};
use super::sql;
use super::store::PgStore;
use crate::row::{self, micros};

#[async_trait]
impl Throttle for PgStore {
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Ts,
        window: Span,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError> {
        const OP: &str = "reserve";
        let query = || {
            sqlx::query(sql::RESERVE)
                .bind(key.as_bytes().as_slice())
                .bind(micros(now))
                .bind(micros(now.plus_capped(window)))
                .bind(i64::from(limit.get()))
        };
        for _ in 0..TURNS {
            if let Wrote::Done(Some(_)) = self.write_one(OP, query).await? {
                return Ok(Reserved::Granted);
            }
            let end = || sqlx::query(sql::WINDOW_END).bind(key.as_bytes().as_slice());
            let end = self.read_one(OP, end).await?.map(|end| row::instant(&end, 0)).transpose()?.flatten();
            // A window that was purged, or began anew, in between is asked for again.
            if let Some(end) = end.filter(|end| !now.reached(*end)) {
                return Ok(Reserved::Wait(end));
            }
        }
        Err(lost(OP))
    }

    async fn release(&self, key: &ThrottleKey) -> Result<(), StoreError> {
        self.changed("release", || sqlx::query(sql::RELEASE).bind(key.as_bytes().as_slice())).await.map(drop)
    }

    async fn purge_counters(&self, now: Ts, limit: NonZeroU32) -> Result<u64, StoreError> {
        let query = || sqlx::query(sql::PURGE_COUNTERS).bind(micros(now)).bind(i64::from(limit.get()));
        self.changed("purge_counters", query).await
    }
}

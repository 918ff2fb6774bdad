//! Stores the counters that throttle callers. Each step is one statement that calls a function of the schema.

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{Reserved, StoreError, Throttle, ThrottleKey};
use counterfoil::types::whole_micros;

use super::ask::{Wrote, lost};
use super::store::PgStore;
use super::throttle_sql;
use crate::row::{self, count, micros};

/// What the SQL function `counterfoil_attempt` does with a counter: reserves an attempt, records its failure, or
/// releases it. The number of the variant is the first argument of this function.
#[derive(Clone, Copy)]
enum Step {
    Reserve,
    Fail,
    Release,
}

/// The result of the SQL function `counterfoil_attempt` for an attempt that is granted.
const GRANTED: i64 = -1;
/// The result of the SQL function `counterfoil_attempt` if too many attempts are in progress.
const UNDER_WAY: i64 = -2;

impl PgStore {
    async fn attempt(
        &self,
        op: &'static str,
        step: Step,
        key: &ThrottleKey,
        times: (Timestamp, Timestamp, Duration),
        limit: NonZeroU32,
    ) -> Result<i64, StoreError> {
        let (noted, now, window) = times;
        let query = || {
            sqlx::query(throttle_sql::ATTEMPT)
                .bind(step as i64)
                .bind(key.as_bytes().as_slice())
                .bind(micros(noted))
                .bind(micros(now))
                .bind(count(whole_micros(window)))
                .bind(i64::from(limit.get()))
        };
        match self.write_one(op, query).await? {
            Wrote::Done(Some(row)) => row::number(&row, "outcome"),
            Wrote::Done(None) | Wrote::Taken => Err(lost(op)),
        }
    }
}

#[async_trait]
impl Throttle for PgStore {
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Timestamp,
        window: Duration,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError> {
        match self.attempt("reserve", Step::Reserve, key, (now, now, window), limit).await? {
            GRANTED => Ok(Reserved::Granted(now)),
            UNDER_WAY => Ok(Reserved::UnderWay),
            end => row::instant_of(end, "ends_at").map(Reserved::Wait),
        }
    }

    async fn failed(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        self.attempt("failed", Step::Fail, key, (reserved_at, now, window), NonZeroU32::MIN).await.map(drop)
    }

    async fn release(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        self.attempt("release", Step::Release, key, (reserved_at, now, window), NonZeroU32::MIN).await.map(drop)
    }

    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        let query = || sqlx::query(throttle_sql::PURGE).bind(micros(now)).bind(i64::from(limit.get()));
        self.changed("purge_counters", query).await
    }
}

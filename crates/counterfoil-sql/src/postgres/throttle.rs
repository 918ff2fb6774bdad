//! Counters: each step one statement, which calls the function that the schema brings.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{Reserved, StoreError, Throttle, ThrottleKey};
use counterfoil::types::Span;

use super::ask::{Wrote, lost};
use super::store::PgStore;
use super::throttle_sql;
use crate::row::{self, count, micros};

/// What the function is asked to do.
#[derive(Clone, Copy)]
enum Step {
    Reserve,
    Fail,
    Release,
}

/// What it answers where it names no instant.
const GRANTED: i64 = -1;
const UNDER_WAY: i64 = -2;

impl PgStore {
    async fn attempt(
        &self,
        op: &'static str,
        step: Step,
        key: &ThrottleKey,
        times: (Timestamp, Timestamp, Span),
        limit: NonZeroU32,
    ) -> Result<i64, StoreError> {
        let (noted, now, window) = times;
        let query = || {
            sqlx::query(throttle_sql::ATTEMPT)
                .bind(step as i64)
                .bind(key.as_bytes().as_slice())
                .bind(micros(noted))
                .bind(micros(now))
                .bind(count(window.micros()))
                .bind(i64::from(limit.get()))
        };
        match self.write_one(op, query).await? {
            Wrote::Done(Some(row)) => row::number(&row, 0),
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
        window: Span,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError> {
        match self.attempt("reserve", Step::Reserve, key, (now, now, window), limit).await? {
            GRANTED => Ok(Reserved::Granted(now)),
            UNDER_WAY => Ok(Reserved::UnderWay),
            end => row::instant_of(end).map(Reserved::Wait),
        }
    }

    async fn failed(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Span,
    ) -> Result<(), StoreError> {
        self.attempt("failed", Step::Fail, key, (reserved_at, now, window), NonZeroU32::MIN).await.map(drop)
    }

    async fn release(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Span,
    ) -> Result<(), StoreError> {
        self.attempt("release", Step::Release, key, (reserved_at, now, window), NonZeroU32::MIN).await.map(drop)
    }

    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        let query = || sqlx::query(throttle_sql::PURGE).bind(micros(now)).bind(i64::from(limit.get()));
        self.changed("purge_counters", query).await
    }
}

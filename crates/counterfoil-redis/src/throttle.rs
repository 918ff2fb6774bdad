//! Stores the counters for throttling. Each step on a counter is one script.

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{Corrupt, Reserved, StoreError, Throttle, ThrottleKey, UNSETTLED};
use counterfoil::types::whole_micros;

use crate::ask::{Answer, args};
use crate::row::{instant_of, time};
use crate::scripts;
use crate::store::RedisStore;

impl RedisStore {
    async fn attempt(
        &self,
        step: &'static str,
        key: &ThrottleKey,
        times: (Timestamp, Timestamp, Duration),
        limit: NonZeroU32,
    ) -> Result<Answer, StoreError> {
        let (noted, now, window) = times;
        let (window, unsettled) = (whole_micros(window).to_string(), whole_micros(UNSETTLED).to_string());
        let limit = limit.to_string();
        let arguments = args![
            step.as_bytes(),
            key.as_bytes(),
            time(noted),
            time(now),
            window.as_bytes(),
            limit.as_bytes(),
            unsettled.as_bytes()
        ];
        let keys = self.keys().counters(shard(key));
        let answer = Self::answer(step, self.script(step, &scripts::ATTEMPT, &keys, &arguments).await?)?;
        match answer.word.as_str() {
            "corrupt" => Err(StoreError::corrupt(None, Corrupt::Column { column: "counter" })),
            _ => Ok(answer),
        }
    }

    /// Returns the shards that contain a counter to remove. A counter must be removed if it has expired, or if an older
    /// version of the crate has stored it.
    async fn ended(&self, op: &'static str, now: Timestamp) -> Result<Vec<u8>, StoreError> {
        let look = |shard| {
            let ([_, ends], [_, old]) = (self.keys().counters(shard), self.keys().old_counters(shard));
            let mut count = redis::cmd("ZCOUNT");
            count.arg(ends).arg("-inf").arg(now.micros());
            let mut all = redis::cmd("ZCOUNT");
            all.arg(old).arg("-inf").arg("+inf");
            vec![count, all]
        };
        let counts = self.groups(op, (0..=u8::MAX).map(look).collect()).await?;
        let ended = |(shard, counts): (u8, Vec<redis::Value>)| {
            counts.iter().any(|count| matches!(count, redis::Value::Int(1..))).then_some(shard)
        };
        Ok((0..=u8::MAX).zip(counts).filter_map(ended).collect())
    }
}

#[async_trait]
impl Throttle for RedisStore {
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Timestamp,
        window: Duration,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError> {
        const OP: &str = "reserve";
        let answer = self.attempt(OP, key, (now, now, window), limit).await?;
        match answer.word.as_str() {
            "done" => Ok(Reserved::Granted(now)),
            "busy" => Ok(Reserved::UnderWay),
            "wait" => instant_of(&answer.id::<16>()?).map(Reserved::Wait),
            _ => answer.unknown(OP),
        }
    }

    async fn failed(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        self.attempt("failed", key, (reserved_at, now, window), NonZeroU32::MIN).await.map(drop)
    }

    async fn release(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        self.attempt("release", key, (reserved_at, now, window), NonZeroU32::MIN).await.map(drop)
    }

    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        const OP: &str = "purge_counters";
        let limit = u64::from(limit.get());
        let mut went = 0;
        for shard in self.ended(OP, now).await? {
            if went >= limit {
                break;
            }
            let arguments = args![time(now), (limit - went).to_string().as_bytes()];
            let keys = [self.keys().counters(shard), self.keys().old_counters(shard)].concat();
            went += Self::count(OP, &self.script(OP, &scripts::PURGE_COUNTERS, &keys, &arguments).await?)?;
        }
        Ok(went)
    }
}

/// The shard of a counter: the first byte of its key. A key is a digest, so the counters are distributed evenly.
const fn shard(key: &ThrottleKey) -> u8 {
    key.as_bytes()[0]
}

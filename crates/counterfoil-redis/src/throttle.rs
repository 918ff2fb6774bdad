//! Counters.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::store::{Reserved, StoreError, Throttle, ThrottleKey};
use counterfoil::{Span, Ts};

use crate::ask::args;
use crate::row::{instant_of, time};
use crate::scripts;
use crate::store::RedisStore;

#[async_trait]
impl Throttle for RedisStore {
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Ts,
        window: Span,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError> {
        const OP: &str = "reserve";
        let ends = time(now.plus_capped(window));
        let arguments = args![key.as_bytes(), time(now), ends, limit.to_string().as_bytes()];
        let keys = self.keys().counters(shard(key));
        let answer = Self::answer(OP, self.script(OP, &scripts::RESERVE, &keys, &arguments).await?)?;
        match answer.word.as_str() {
            "done" => Ok(Reserved::Granted),
            "wait" => instant_of(&answer.id::<16>()?).map(Reserved::Wait),
            _ => answer.unknown(OP),
        }
    }

    async fn release(&self, key: &ThrottleKey) -> Result<(), StoreError> {
        let keys = self.keys().counters(shard(key));
        let arguments = args![key.as_bytes()];
        self.script("release", &scripts::RELEASE, &keys, &arguments).await.map(drop)
    }

    async fn purge_counters(&self, now: Ts, limit: NonZeroU32) -> Result<u64, StoreError> {
        const OP: &str = "purge_counters";
        let limit = u64::from(limit.get());
        let mut went = 0;
        for shard in self.ended(OP, now).await? {
            if went >= limit {
                break;
            }
            let arguments = args![time(now), (limit - went).to_string().as_bytes()];
            let keys = self.keys().counters(shard);
            went += Self::count(OP, &self.script(OP, &scripts::PURGE_COUNTERS, &keys, &arguments).await?)?;
        }
        Ok(went)
    }
}

impl RedisStore {
    /// The shards that hold a counter whose window has ended.
    async fn ended(&self, op: &'static str, now: Ts) -> Result<Vec<u8>, StoreError> {
        let look = |shard| {
            let mut count = redis::cmd("ZCOUNT");
            count.arg(self.keys().counters(shard).last()).arg("-inf").arg(now.micros());
            vec![count]
        };
        let counts = self.groups(op, (0..=u8::MAX).map(look).collect()).await?;
        let ended = |(shard, counts): (u8, Vec<redis::Value>)| {
            matches!(counts.first(), Some(redis::Value::Int(1..))).then_some(shard)
        };
        Ok((0..=u8::MAX).zip(counts).filter_map(ended).collect())
    }
}

/// Keys are digests: their first byte spreads them.
const fn shard(key: &ThrottleKey) -> u8 {
    key.as_bytes()[0]
}

//! The counters that throttle callers.

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{Counter, Reserved, StoreError, Throttle, ThrottleKey};

use crate::engine::Value;
use crate::key;
use crate::row::{read_counter, write_counter};
use crate::step::{Decision, Step, after_a_part, carry_out, unavailable};
use crate::store::KvStore;

/// The number of counters that one step of a purge reads. Each counter needs two keys.
const BATCH: usize = 32;

struct Reserve<'a> {
    key: &'a ThrottleKey,
    now: Timestamp,
    window: Duration,
    limit: NonZeroU32,
}

impl Decision for Reserve<'_> {
    type Answer = Reserved;

    async fn decide(&self, step: &mut Step<'_>) -> Result<Reserved, StoreError> {
        let before = step.counter(self.key).await?;
        let mut after = before.clone().unwrap_or_default();
        let ahead = after.lies_ahead(self.now, self.window);
        let answer = after.reserve(self.now, self.window, self.limit);
        if ahead || matches!(answer, Reserved::Granted(_)) {
            step.put_counter(self.key, before.as_ref(), &after);
        }
        Ok(answer)
    }
}

/// Settles the attempt that was reserved at `reserved_at`. `settle` changes the attempt into a failure or removes it.
struct Settle<'a> {
    key: &'a ThrottleKey,
    reserved_at: Timestamp,
    now: Timestamp,
    window: Duration,
    settle: fn(&mut Counter, Timestamp, Timestamp, Duration),
}

impl Decision for Settle<'_> {
    type Answer = ();

    async fn decide(&self, step: &mut Step<'_>) -> Result<(), StoreError> {
        let Some(before) = step.counter(self.key).await? else { return Ok(()) };
        let mut after = before.clone();
        (self.settle)(&mut after, self.reserved_at, self.now, self.window);
        step.put_counter(self.key, Some(&before), &after);
        Ok(())
    }
}

/// Removes expired counters. `entries` is a part of the index of counters by expiry. Only the counters in this part are
/// checked.
struct Purge<'a> {
    entries: &'a [(Vec<u8>, Value)],
    now: Timestamp,
}

impl Decision for Purge<'_> {
    type Answer = u64;

    async fn decide(&self, step: &mut Step<'_>) -> Result<u64, StoreError> {
        let counters = || self.entries.iter().filter_map(|(entry, _)| Some((entry, key::last_counter(entry)?)));
        step.load(counters().map(|(_, counter)| key::counter(&counter))).await?;
        let mut went = 0;
        for (entry, counter) in counters() {
            let row = key::counter(&counter);
            let kept = step.value(&row).map(|row| read_counter(row));
            // A counter is kept only if it decodes and has not expired. A corrupt counter is removed at the time in its
            // index entry.
            if kept.is_some_and(|kept| kept.is_ok_and(|kept| !self.now.reached(kept.gone_at()))) {
                continue;
            }
            step.delete(row);
            step.delete(entry.clone());
            went += 1;
        }
        Ok(went)
    }
}

impl Step<'_> {
    async fn counter(&mut self, counter: &ThrottleKey) -> Result<Option<Counter>, StoreError> {
        let key = key::counter(counter);
        self.load([key.clone()]).await?;
        let read = self.value(&key).map(|row| read_counter(row)).transpose();
        read.map_err(|corrupt| StoreError::corrupt(None, corrupt))
    }

    /// Stores the counter `after`, or removes it if it is empty. `before` is the counter that is stored now, or `None`
    /// if there is none.
    fn put_counter(&mut self, counter: &ThrottleKey, before: Option<&Counter>, after: &Counter) {
        let ends = before.map(Counter::gone_at);
        let ends_now = (!after.is_empty()).then(|| after.gone_at());
        match ends_now {
            Some(_) => self.put(key::counter(counter), write_counter(after)),
            None => self.delete(key::counter(counter)),
        }
        if ends != ends_now {
            ends.into_iter().for_each(|at| self.delete(key::counter_end(at, counter)));
            ends_now.into_iter().for_each(|at| self.put(key::counter_end(at, counter), Value::new()));
        }
    }
}

#[async_trait]
impl Throttle for KvStore {
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Timestamp,
        window: Duration,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError> {
        carry_out(&*self.engine, "reserve", &Reserve { key, now, window, limit }).await
    }

    async fn failed(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        let settle = Settle { key, reserved_at, now, window, settle: Counter::failed };
        carry_out(&*self.engine, "failed", &settle).await
    }

    async fn release(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        let settle = Settle { key, reserved_at, now, window, settle: Counter::release };
        carry_out(&*self.engine, "release", &settle).await
    }

    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        const OP: &str = "purge_counters";
        let (from, until) = (key::counter_ends().key(), key::counter_ends().number(now.micros() + 1).key());
        let (limit, mut went) = (u64::from(limit.get()), 0);
        while went < limit {
            let most = usize::try_from(limit - went).unwrap_or(BATCH).min(BATCH);
            let entries = self.engine.scan(&from, &until, most).await;
            let entries = entries.map_err(|error| after_a_part(unavailable(OP, error), went > 0))?;
            let gone = carry_out(&*self.engine, OP, &Purge { entries: &entries, now }).await;
            let gone = gone.map_err(|error| after_a_part(error, went > 0))?;
            went += gone;
            if gone == 0 || entries.len() < most {
                break;
            }
        }
        Ok(went)
    }
}

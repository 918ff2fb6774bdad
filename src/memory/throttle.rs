//! The counters of failures, in the memory store, with an index for their purge.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::store::MemoryStore;
use crate::store::counter::Counter;
use crate::store::error::StoreError;
use crate::store::throttle::{Reserved, Throttle, ThrottleKey};
use crate::types::time::Timestamp;

#[derive(Default)]
pub(super) struct Counters(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    counters: HashMap<ThrottleKey, Counter>,
    /// The instant from which each counter may be purged, and the key of the counter. The set is ordered by the
    /// instant, so a purge reads only counters that it removes.
    ends: BTreeSet<(Timestamp, ThrottleKey)>,
}

impl Counters {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn reserve(&mut self, key: ThrottleKey, now: Timestamp, window: Duration, limit: NonZeroU32) -> Reserved {
        let mut counter = self.counters.get(&key).cloned().unwrap_or_default();
        let ahead = counter.lies_ahead(now, window);
        let answer = counter.reserve(now, window, limit);
        if ahead || matches!(answer, Reserved::Granted(_)) {
            self.put(key, counter);
        }
        answer
    }

    fn change(&mut self, key: ThrottleKey, step: impl FnOnce(&mut Counter)) {
        if let Some(mut counter) = self.counters.get(&key).cloned() {
            step(&mut counter);
            self.put(key, counter);
        }
    }

    fn put(&mut self, key: ThrottleKey, counter: Counter) {
        let gone_at = (!counter.is_empty()).then(|| counter.gone_at());
        let before = if gone_at.is_some() { self.counters.insert(key, counter) } else { self.counters.remove(&key) };
        if let Some(before) = before {
            self.ends.remove(&(before.gone_at(), key));
        }
        self.ends.extend(gone_at.map(|gone_at| (gone_at, key)));
    }

    fn purge(&mut self, now: Timestamp, limit: u32) -> u64 {
        let mut went = 0;
        while went < u64::from(limit) && self.ends.first().is_some_and(|(gone_at, _)| now.reached(*gone_at)) {
            if let Some((_, key)) = self.ends.pop_first() {
                self.counters.remove(&key);
            }
            went += 1;
        }
        went
    }
}

#[async_trait]
impl Throttle for MemoryStore {
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Timestamp,
        window: Duration,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError> {
        Ok(self.counters.kept().reserve(*key, now, window, limit))
    }

    async fn failed(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        self.counters.kept().change(*key, |counter| counter.failed(reserved_at, now, window));
        Ok(())
    }

    async fn release(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        self.counters.kept().change(*key, |counter| counter.release(reserved_at, now, window));
        Ok(())
    }

    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        Ok(self.counters.kept().purge(now, limit.get()))
    }
}

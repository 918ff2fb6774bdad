//! Counters in memory.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::store::MemoryStore;
use crate::ports::store_error::StoreError;
use crate::ports::throttle::{Reserved, Throttle, ThrottleKey};
use crate::words::time::{Span, Ts};

/// All counters.
#[derive(Default)]
pub(super) struct Counters(Mutex<Windows>);

#[derive(Default)]
struct Windows {
    open: HashMap<ThrottleKey, Window>,
    /// The same by their end, so that a purge looks only at what has ended.
    ends: BTreeSet<(Ts, ThrottleKey)>,
}

struct Window {
    count: u32,
    ends_at: Ts,
}

impl Counters {
    fn windows(&self) -> MutexGuard<'_, Windows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Windows {
    fn reserve(&mut self, key: ThrottleKey, now: Ts, span: Span, limit: u32) -> Reserved {
        match self.open.get_mut(&key) {
            Some(window) if !now.reached(window.ends_at) => {
                if window.count >= limit {
                    return Reserved::Wait(window.ends_at);
                }
                window.count += 1;
            }
            _ => self.begin(key, now.plus_capped(span)),
        }
        Reserved::Granted
    }

    fn begin(&mut self, key: ThrottleKey, ends_at: Ts) {
        if let Some(ended) = self.open.insert(key, Window { count: 1, ends_at }) {
            self.ends.remove(&(ended.ends_at, key));
        }
        self.ends.insert((ends_at, key));
    }

    fn purge(&mut self, now: Ts, limit: u32) -> u64 {
        let mut went = 0;
        while went < u64::from(limit) && self.ends.first().is_some_and(|(ends_at, _)| now.reached(*ends_at)) {
            if let Some((_, key)) = self.ends.pop_first() {
                self.open.remove(&key);
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
        now: Ts,
        window: Span,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError> {
        Ok(self.counters.windows().reserve(*key, now, window, limit.get()))
    }

    async fn release(&self, key: &ThrottleKey) -> Result<(), StoreError> {
        if let Some(window) = self.counters.windows().open.get_mut(key) {
            window.count = window.count.saturating_sub(1);
        }
        Ok(())
    }

    async fn purge_counters(&self, now: Ts, limit: NonZeroU32) -> Result<u64, StoreError> {
        Ok(self.counters.windows().purge(now, limit.get()))
    }
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::*;

    const KEY: ThrottleKey = ThrottleKey::from_bytes([1; 32]);

    fn at(seconds: u32) -> Ts {
        Ts::EPOCH.plus(Span::seconds(seconds)).expect("in range")
    }

    fn reserve(store: &MemoryStore, now: Ts, limit: u32) -> Reserved {
        let limit = NonZeroU32::new(limit).expect("not zero");
        block_on(store.reserve(&KEY, now, Span::seconds(10), limit)).expect("in memory")
    }

    #[test]
    fn a_window_ends_and_counts_from_zero() {
        let store = MemoryStore::default();
        assert_eq!(reserve(&store, at(0), 2), Reserved::Granted);
        assert_eq!(reserve(&store, at(5), 2), Reserved::Granted);
        assert_eq!(reserve(&store, at(9), 2), Reserved::Wait(at(10)));
        assert_eq!(reserve(&store, at(10), 2), Reserved::Granted, "equality is reached");
    }

    #[test]
    fn a_release_gives_one_back_and_makes_no_counter() {
        let store = MemoryStore::default();
        block_on(store.release(&KEY)).expect("in memory");
        assert_eq!(block_on(store.purge_counters(Ts::MAX, NonZeroU32::MAX)).expect("in memory"), 0);
        assert_eq!(reserve(&store, at(0), 1), Reserved::Granted);
        for _ in 0..3 {
            block_on(store.release(&KEY)).expect("in memory");
        }
        assert_eq!(reserve(&store, at(1), 1), Reserved::Granted);
        assert_eq!(reserve(&store, at(1), 1), Reserved::Wait(at(10)), "never below zero");
    }

    #[test]
    fn a_purge_takes_only_what_has_ended_and_at_most_its_limit() {
        let store = MemoryStore::default();
        for (byte, start) in [(1, 0), (2, 0), (3, 5)] {
            let key = ThrottleKey::from_bytes([byte; 32]);
            let granted = block_on(store.reserve(&key, at(start), Span::seconds(10), NonZeroU32::MIN));
            assert_eq!(granted.expect("in memory"), Reserved::Granted);
        }
        let purge = |limit: u32| block_on(store.purge_counters(at(10), NonZeroU32::new(limit).expect("not zero")));
        assert_eq!(purge(1).expect("in memory"), 1);
        assert_eq!(purge(9).expect("in memory"), 1);
        assert_eq!(purge(9).expect("in memory"), 0);
    }

    #[test]
    fn reserve_never_passes_the_limit() {
        let store = MemoryStore::default();
        let granted = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| (0..125).filter(|_| reserve(&store, at(0), 10) == Reserved::Granted).count()))
                .collect();
            racers.into_iter().map(|racer| racer.join().expect("ran")).sum::<usize>()
        });
        assert_eq!(granted, 10);
    }
}

//! Correct counters of a throttle, in one mutex.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{Counter, Reserved, StoreError, Throttle, ThrottleKey};

/// The counters, each with its key. Empty counters are left out.
type Kept = Vec<(ThrottleKey, Counter)>;

/// A correct database with the counters of a throttle.
#[derive(Default)]
pub(crate) struct Counters(Mutex<Kept>);

impl Counters {
    pub(crate) fn with<T>(&self, step: impl FnOnce(&mut Kept) -> T) -> T {
        step(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn read(&self, key: &ThrottleKey) -> Counter {
        self.with(|kept| found(kept, key))
    }

    pub(crate) fn write(&self, key: &ThrottleKey, counter: Counter) {
        self.with(|kept| put(kept, key, counter));
    }

    /// Calls `change` with the counter of this key and stores the changed counter, as one atomic step. Returns the
    /// result of `change`.
    pub(crate) fn step<T>(&self, key: &ThrottleKey, change: impl FnOnce(&mut Counter) -> T) -> T {
        self.with(|kept| {
            let mut counter = found(kept, key);
            let answer = change(&mut counter);
            put(kept, key, counter);
            answer
        })
    }
}

fn found(kept: &Kept, key: &ThrottleKey) -> Counter {
    kept.iter().find(|(of, _)| of == key).map(|(_, counter)| counter.clone()).unwrap_or_default()
}

fn put(kept: &mut Kept, key: &ThrottleKey, counter: Counter) {
    kept.retain(|(of, _)| of != key);
    if !counter.is_empty() {
        kept.push((*key, counter));
    }
}

/// Reserves an attempt in a counter. A refused attempt usually leaves the counter unchanged. The exception is a counter
/// with an instant that is too far in the future, see [`Counter::lies_ahead`].
pub(crate) fn reserve(counter: &mut Counter, now: Timestamp, window: Duration, limit: NonZeroU32) -> Reserved {
    let before = counter.clone();
    let answer = counter.reserve(now, window, limit);
    if !matches!(answer, Reserved::Granted(_)) && !before.lies_ahead(now, window) {
        *counter = before;
    }
    answer
}

/// Returns a copy of the counter with these failures, this end of the window, and these attempts in progress.
pub(crate) fn with_failures(
    counter: &Counter,
    failures: u32,
    ends_at: Option<Timestamp>,
    under_way: Vec<Timestamp>,
) -> Counter {
    let gone_at = counter.gone_at().max(ends_at.unwrap_or(Timestamp::EPOCH));
    Counter::from_parts(failures, ends_at, under_way, gone_at)
}

#[async_trait]
impl Throttle for Counters {
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Timestamp,
        window: Duration,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError> {
        Ok(self.step(key, |counter| reserve(counter, now, window, limit)))
    }

    async fn failed(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        self.step(key, |counter| counter.failed(reserved_at, now, window));
        Ok(())
    }

    async fn release(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        self.step(key, |counter| counter.release(reserved_at, now, window));
        Ok(())
    }

    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        let mut gone = 0;
        self.with(|kept| {
            kept.retain(|(_, counter)| {
                let goes = now.reached(counter.gone_at()) && gone < u64::from(limit.get());
                gone += u64::from(goes);
                !goes
            });
        });
        Ok(gone)
    }
}

//! The counter of a throttle as a value in memory, and the changes that the contract of
//! [`Throttle`](crate::store::Throttle) requires of it.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::store::throttle::Reserved;
use crate::types::time::Timestamp;

/// The longest time for which an attempt is in progress. If an attempt is not settled in this time, it counts as
/// failed.
pub const UNSETTLED: Duration = Duration::from_secs(60);

/// A counter of a [`Throttle`](crate::store::Throttle). It contains the number of failures in a window of time, and the
/// attempts in progress. A store can use this type if it reads a counter, changes it, and writes it back in one step.
///
/// ```
/// use std::num::NonZeroU32;
///
/// use std::time::Duration;
///
/// use counterfoil::store::{Counter, Reserved};
/// use counterfoil::Timestamp;
///
/// let (now, window, limit) = (Timestamp::EPOCH, Duration::from_secs(60), NonZeroU32::MIN);
/// let mut counter = Counter::default();
/// assert_eq!(counter.reserve(now, window, limit), Reserved::Granted(now));
/// assert_eq!(counter.reserve(now, window, limit), Reserved::UnderWay);
/// counter.failed(now, now, window);
/// assert_eq!(counter.reserve(now, window, limit), Reserved::Wait(now.plus_capped(window)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counter {
    /// The number of failures in the window. Zero if no window is open.
    failures: u32,
    /// When the open window ends. `None` if no window is open.
    ends_at: Option<Timestamp>,
    /// When each attempt in progress was granted.
    under_way: Vec<Timestamp>,
    /// The instant from which the counter may be purged. `None` for a new counter, and after a change that leaves the
    /// counter empty.
    gone_at: Option<Timestamp>,
}

impl Counter {
    /// Creates a counter from its stored parts. If `failures` is zero or `ends_at` is `None`, the counter has no open
    /// window and no failures.
    #[must_use]
    pub fn from_parts(
        failures: u32,
        ends_at: Option<Timestamp>,
        under_way: Vec<Timestamp>,
        gone_at: Timestamp,
    ) -> Self {
        let ends_at = ends_at.filter(|_| failures > 0);
        Self { failures: if ends_at.is_some() { failures } else { 0 }, ends_at, under_way, gone_at: Some(gone_at) }
    }

    /// The number of failures in the open window.
    #[must_use]
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// When the open window ends. `None` if no window is open.
    #[must_use]
    pub const fn ends_at(&self) -> Option<Timestamp> {
        self.ends_at
    }

    /// The instants at which the attempts in progress were granted.
    #[must_use]
    pub fn under_way(&self) -> &[Timestamp] {
        &self.under_way
    }

    /// The instant from which a purge removes the counter. [`Timestamp::EPOCH`] for a new counter, and after a change
    /// that leaves the counter empty.
    #[must_use]
    pub fn gone_at(&self) -> Timestamp {
        self.gone_at.unwrap_or(Timestamp::EPOCH)
    }

    /// Whether the counter is empty. A store needs no row for an empty counter.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.failures == 0 && self.under_way.is_empty()
    }

    /// Whether the counter contains an instant that is too far in the future, because the clock was set back or the
    /// policy changed. The end of a window is too far in the future if it is later than `now + window`. The instant of
    /// an attempt in progress is too far in the future if the time from `now` to this instant is [`UNSETTLED`] or more.
    /// If true, the store must write the counter even after a refused attempt.
    #[must_use]
    pub fn lies_ahead(&self, now: Timestamp, window: Duration) -> bool {
        let end = now.plus_capped(window);
        self.ends_at.is_some_and(|ends_at| ends_at > end) || self.under_way.iter().any(|at| is_ahead(*at, now))
    }

    /// Adds one attempt in progress. If the limit is reached, adds none, and the result says why.
    pub fn reserve(&mut self, now: Timestamp, window: Duration, limit: NonZeroU32) -> Reserved {
        self.settle(now, window);
        let under_way = u32::try_from(self.under_way.len()).unwrap_or(u32::MAX);
        let answer = match self.ends_at {
            Some(ends_at) if self.failures >= limit.get() => Reserved::Wait(ends_at),
            _ if self.failures.saturating_add(under_way) >= limit.get() => Reserved::UnderWay,
            _ => {
                self.under_way.push(now);
                Reserved::Granted(now)
            }
        };
        self.reckon(window);
        answer
    }

    /// Changes the attempt that was reserved at `reserved_at` into a failure. If there is no such attempt in progress,
    /// no failure is added.
    pub fn failed(&mut self, reserved_at: Timestamp, now: Timestamp, window: Duration) {
        self.settle(now, window);
        if self.take(reserved_at) {
            self.count(now, window);
        }
        self.reckon(window);
    }

    /// Removes the attempt that was reserved at `reserved_at`, so that it does not count. If there is no such attempt
    /// in progress, none is removed.
    pub fn release(&mut self, reserved_at: Timestamp, now: Timestamp, window: Duration) {
        self.settle(now, window);
        self.take(reserved_at);
        self.reckon(window);
    }

    fn take(&mut self, reserved_at: Timestamp) -> bool {
        let place = self.under_way.iter().position(|at| *at == reserved_at);
        place.map(|place| self.under_way.swap_remove(place)).is_some()
    }

    /// Updates the counter to the instant `now`. Attempts that were not settled within [`UNSETTLED`] become failures,
    /// and a window that has ended is closed. If an instant is too far in the future
    /// ([`lies_ahead`](Self::lies_ahead)), the end of the window becomes `now + window`, and the attempt becomes a
    /// failure.
    fn settle(&mut self, now: Timestamp, window: Duration) {
        self.ends_at = self.ends_at.map(|ends_at| ends_at.min(now.plus_capped(window)));
        let unsettled = |at: &Timestamp| now.since(*at) >= UNSETTLED || is_ahead(*at, now);
        let (mut left, under_way): (Vec<Timestamp>, Vec<Timestamp>) = self.under_way.drain(..).partition(unsettled);
        self.under_way = under_way;
        left.sort_unstable();
        for at in left {
            self.count(at.plus_capped(UNSETTLED).min(now), window);
        }
        if self.ends_at.is_some_and(|ends_at| now.reached(ends_at)) {
            (self.failures, self.ends_at) = (0, None);
        }
    }

    /// Adds one failure at the instant `at` to the open window. If no window is open, opens one at this instant.
    fn count(&mut self, at: Timestamp, window: Duration) {
        match self.ends_at {
            Some(ends_at) if !at.reached(ends_at) => self.failures = self.failures.saturating_add(1),
            _ => (self.failures, self.ends_at) = (1, Some(at.plus_capped(window))),
        }
    }

    fn reckon(&mut self, window: Duration) {
        let last = self.under_way.iter().max().map(|at| at.plus_capped(UNSETTLED).plus_capped(window));
        self.gone_at = self.ends_at.max(last);
    }
}

/// Whether the instant of an attempt is so far in the future that the clock must have been set back.
fn is_ahead(at: Timestamp, now: Timestamp) -> bool {
    at.since(now) >= UNSETTLED
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::duration::LONGEST;

    #[test]
    fn syn_token_12_a_window_of_any_length_ends_at_the_last_instant_at_most() {
        let start = Timestamp::EPOCH.plus_capped(Duration::from_secs(1_700_000_000));
        let mut counter = Counter::default();
        for long in [LONGEST, LONGEST + Duration::from_micros(1), Duration::from_secs(u64::MAX), Duration::MAX] {
            let _granted = counter.reserve(start, long, NonZeroU32::MAX);
            counter.failed(start, start, long);
            assert_eq!(counter.reserve(start, long, NonZeroU32::MIN), Reserved::Wait(Timestamp::MAX), "{long:?}");
            assert!(!counter.lies_ahead(start, long));
        }
        let none = Duration::from_nanos(999);
        assert_eq!(counter.reserve(start, none, NonZeroU32::MIN), Reserved::Granted(start), "a part of a microsecond");
    }
}

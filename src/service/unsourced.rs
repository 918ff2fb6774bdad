//! Limits logins from unknown sources. Failures are not counted for each account. Instead, only a few passwords are
//! tested at the same time, and events report the number of failures.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::types::time::Timestamp;

/// The largest number of passwords from unknown sources that are tested at the same time.
const AT_ONCE: u32 = 8;
/// The number of failures that one event reports.
const A_BATCH: u32 = 100;

/// The password tests in progress for unknown sources, and the failures that no event has reported yet.
#[derive(Default)]
pub(crate) struct Unsourced {
    under_way: Arc<AtomicU32>,
    pace: Mutex<Option<Pace>>,
}

/// The number of failures since the last event, and the instant of the first of these failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    pub(crate) since: Timestamp,
    pub(crate) failures: u32,
}

/// The permission to test one password from an unknown source. When it is dropped, another password can be tested.
pub(crate) struct Turn(Arc<AtomicU32>);

impl Unsourced {
    /// Takes the permission to test one password. `None` if eight passwords are being tested.
    pub(crate) fn turn(&self) -> Option<Turn> {
        let one_more = |under_way: u32| (under_way < AT_ONCE).then(|| under_way + 1);
        let taken = self.under_way.fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more);
        taken.ok().map(|_| Turn(Arc::clone(&self.under_way)))
    }

    /// Counts a failure. If this is the hundredth failure since the last event, returns what an event must report, and
    /// counts from zero again. Otherwise returns `None`.
    pub(crate) fn failed(&self, now: Timestamp) -> Option<Pace> {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen = pace.unwrap_or(Pace { since: now, failures: 0 });
        seen.failures += 1;
        let full = seen.failures >= A_BATCH;
        *pace = (!full).then_some(seen);
        full.then_some(seen)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn fault_b2_eight_passwords_are_tested_at_once() {
        let unsourced = Unsourced::default();
        let mut turns: Vec<_> = (0..8).map(|_| unsourced.turn().expect("a turn")).collect();
        assert!(unsourced.turn().is_none(), "the ninth");
        turns.pop();
        assert!(unsourced.turn().is_some(), "a turn that has ended is free again");
    }

    #[test]
    fn fault_b2_each_hundredth_failure_gives_the_pace() {
        let unsourced = Unsourced::default();
        let at = |seconds| Timestamp::EPOCH.plus_capped(Duration::from_secs(seconds));
        let paces: Vec<_> = (0..250).filter_map(|second| unsourced.failed(at(second))).collect();
        assert_eq!(paces, [Pace { since: at(0), failures: 100 }, Pace { since: at(100), failures: 100 }]);
    }
}

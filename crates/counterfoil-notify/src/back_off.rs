//! Calculates how long to wait after a failed delivery to a person. Each wait is twice as long as the previous wait.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use counterfoil::SubjectId;

/// The maximum number of people whose failures are remembered. If the limit is reached, each failed delivery to a
/// further person counts as the first failure of this person.
const MOST: usize = 10_000;

/// The number of consecutive failures for each person. Each process has its own numbers, and loses them when it ends.
#[derive(Debug, Default)]
pub(crate) struct BackOff(Mutex<BTreeMap<SubjectId, u32>>);

impl BackOff {
    /// Records a failed delivery to a person, and returns the wait before the next attempt. `first` is the wait after
    /// the first failure, and `longest` is the limit for the doubled waits.
    pub(crate) fn failed(&self, whom: &SubjectId, first: Duration, longest: Duration) -> Duration {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = failures.get(whom).copied().unwrap_or(0);
        if before > 0 || failures.len() < MOST {
            failures.insert(whom.clone(), before.saturating_add(1));
        }
        let doubled = 1u32.checked_shl(before).and_then(|times| first.checked_mul(times));
        doubled.unwrap_or(longest).min(longest)
    }

    /// Forgets the failures for a person. Called after a successful delivery.
    pub(crate) fn delivered(&self, whom: &SubjectId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(whom);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_begin_anew_after_a_delivery() {
        let (back_off, ivan) = (BackOff::default(), SubjectId::new("ivan").expect("an id"));
        let failed =
            || back_off.failed(&ivan, Duration::from_secs(5 * 60), Duration::from_secs(30 * 60)).as_secs() / 60;
        assert_eq!([failed(), failed(), failed(), failed()], [5, 10, 20, 30]);
        (0..100).for_each(|_| assert_eq!(failed(), 30, "no overflow however often"));
        back_off.delivered(&ivan);
        assert_eq!(failed(), 5);
    }

    #[test]
    fn waits_of_any_length_are_at_most_the_longest() {
        let (back_off, ivan) = (BackOff::default(), SubjectId::new("ivan").expect("an id"));
        for (first, longest) in [(Duration::MAX, Duration::MAX), (Duration::MAX, Duration::from_nanos(1))] {
            (0..70).for_each(|_| assert_eq!(back_off.failed(&ivan, first, longest), longest));
        }
    }
}

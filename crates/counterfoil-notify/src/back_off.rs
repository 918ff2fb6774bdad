//! How long to wait for somebody whose notices could not be delivered: twice as long each time.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use counterfoil::SubjectId;
use counterfoil::types::Span;

/// How many people with failures are remembered; whoever comes beyond begins with the first wait each time.
const MOST: usize = 10_000;

/// Failures in a row, of this process: another node, or a new start, begins anew.
#[derive(Debug, Default)]
pub(crate) struct BackOff(Mutex<BTreeMap<SubjectId, u32>>);

impl BackOff {
    /// Notes a failure and says how long to wait.
    pub(crate) fn failed(&self, whom: &SubjectId, first: Span, longest: Span) -> Span {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = failures.get(whom).copied().unwrap_or(0);
        if before > 0 || failures.len() < MOST {
            failures.insert(whom.clone(), before.saturating_add(1));
        }
        let doubled = 1u64.checked_shl(before).and_then(|times| first.micros().checked_mul(times));
        doubled.and_then(Span::from_micros).unwrap_or(longest).min(longest)
    }

    /// A delivery ends the row.
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
        let failed = || back_off.failed(&ivan, Span::minutes(5), Span::minutes(30)).whole_seconds() / 60;
        assert_eq!([failed(), failed(), failed(), failed()], [5, 10, 20, 30]);
        (0..100).for_each(|_| assert_eq!(failed(), 30, "no overflow however often"));
        back_off.delivered(&ivan);
        assert_eq!(failed(), 5);
    }
}

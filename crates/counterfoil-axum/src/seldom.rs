//! Lines of the log that anybody can cause by a request: written seldom, so that nobody fills a disk with them.

use std::sync::{Mutex, PoisonError};

use counterfoil::Timestamp;
use counterfoil::types::Span;

/// The same line is written once in so long, as the core tells the same failure.
const EVERY: Span = Span::seconds(10);

/// One line of the log.
#[derive(Debug, Default)]
pub(crate) struct Seldom(Mutex<Option<Told>>);

#[derive(Debug)]
struct Told {
    at: Timestamp,
    unsaid: u64,
}

impl Seldom {
    /// How many were not written since the last that was; `None` where this one is not written either.
    pub(crate) fn note(&self, now: Timestamp) -> Option<u64> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *told {
            // A clock that was put back must not keep a line unwritten.
            Some(last) if now >= last.at && last.at.plus(EVERY).is_none_or(|again| now < again) => {
                last.unsaid = last.unsaid.saturating_add(1);
                None
            }
            last => {
                let unsaid = last.take().map_or(0, |last| last.unsaid);
                *last = Some(Told { at: now, unsaid: 0 });
                Some(unsaid)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_once_in_ten_seconds_with_how_many_were_not() {
        let at = |micros: u64| Timestamp::from_micros(1_800_000_000_000_000 + micros).expect("in range");
        let line = Seldom::default();
        assert_eq!([0, 1, 9_999_999].map(|micros| line.note(at(micros))), [Some(0), None, None]);
        assert_eq!([10_000_000, 20_000_000].map(|micros| line.note(at(micros))), [Some(2), Some(0)]);
        assert_eq!(line.note(at(0)), Some(0), "the clock was put back");
    }
}

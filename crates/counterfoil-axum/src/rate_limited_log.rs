//! Limits the rate of log lines that any request can cause, so that requests cannot fill the disk.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use counterfoil::Timestamp;

/// The minimum time between two log lines of one kind. `counterfoil` limits its own log lines about failures in the
/// same way.
const INTERVAL: Duration = Duration::from_secs(10);

/// Limits the rate of one kind of log line.
#[derive(Debug, Default)]
pub(crate) struct RateLimitedLog(Mutex<Option<LastLine>>);

#[derive(Debug)]
struct LastLine {
    at: Timestamp,
    suppressed: u64,
}

impl RateLimitedLog {
    /// Returns `None` if the line must be suppressed. Otherwise returns the number of lines that were suppressed since
    /// the last admitted line.
    pub(crate) fn admit(&self, now: Timestamp) -> Option<u64> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *last {
            // If the clock was set back, lines must not be suppressed for longer than the interval.
            Some(last) if now >= last.at && last.at.plus(INTERVAL).is_none_or(|next| now < next) => {
                last.suppressed = last.suppressed.saturating_add(1);
                None
            }
            last => {
                let suppressed = last.take().map_or(0, |last| last.suppressed);
                *last = Some(LastLine { at: now, suppressed: 0 });
                Some(suppressed)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_once_in_ten_seconds_with_the_number_of_suppressed_lines() {
        let at = |micros: u64| Timestamp::from_micros(1_800_000_000_000_000 + micros).expect("in range");
        let log = RateLimitedLog::default();
        assert_eq!([0, 1, 9_999_999].map(|micros| log.admit(at(micros))), [Some(0), None, None]);
        assert_eq!([10_000_000, 20_000_000].map(|micros| log.admit(at(micros))), [Some(2), Some(0)]);
        assert_eq!(log.admit(at(0)), Some(0), "the clock was set back");
    }
}

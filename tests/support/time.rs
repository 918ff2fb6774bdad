//! The instant at which the tests' clock begins, and small and extreme durations.

use std::time::Duration;

use counterfoil::Timestamp;

pub const fn minutes(minutes: u16) -> Duration {
    Duration::from_secs(minutes as u64 * 60)
}

pub const fn hours(hours: u16) -> Duration {
    Duration::from_secs(hours as u64 * 3_600)
}

pub const fn days(days: u16) -> Duration {
    Duration::from_secs(days as u64 * 86_400)
}

/// Returns the instant at which the tests' clock begins: 2023-11-14 22:13:20 UTC.
pub fn start() -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000).expect("in range")
}

pub fn micro() -> Duration {
    Duration::from_micros(1)
}

/// Extreme durations: the longest duration that fits in an instant, one microsecond more, and the longest durations of
/// the standard library.
pub const LONG: [Duration; 4] = [
    Duration::from_micros((1 << 53) - 1),
    Duration::from_micros(1 << 53),
    Duration::from_secs(u64::MAX),
    Duration::MAX,
];

/// The longest duration that is shorter than one microsecond.
pub const PART: Duration = Duration::from_nanos(999);

/// The last instant before `at`.
pub fn just_before(at: Timestamp) -> Timestamp {
    at.minus(micro())
}

/// The longest duration that is shorter than `duration`.
pub fn just_under(duration: Duration) -> Duration {
    duration - micro()
}

/// The shortest duration that is longer than `duration`.
pub fn just_over(duration: Duration) -> Duration {
    duration + micro()
}

/// The instant `duration` after the start.
pub fn after_start(duration: Duration) -> Timestamp {
    start().plus(duration).expect("in range")
}

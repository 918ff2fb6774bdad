//! Instants in whole microseconds.

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::OffsetDateTime;

use crate::types::duration::unlimited_micros;

/// The first number of microseconds that is too large for an instant. An `f64` represents every smaller integer
/// exactly, and Redis scores and Lua numbers are `f64`.
pub(crate) const LIMIT: u64 = 1 << 53;

/// An instant in whole microseconds since 1970-01-01 UTC. The number is from 0 to `2^53 - 1` (the year 2255).
///
/// Everywhere in this library, an instant `limit` is reached if `now >= limit`.
///
/// ```
/// use std::time::Duration;
///
/// use counterfoil::Timestamp;
///
/// let start = Timestamp::from_micros(1_000_000).expect("in range");
/// let end = start.plus(Duration::from_secs(10)).expect("in range");
/// assert_eq!(end.micros(), 11_000_000);
/// assert!(end.reached(end), "an instant has reached itself");
/// assert!(Timestamp::from_micros(1 << 53).is_none());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(NonZeroU64);

impl Timestamp {
    /// 1970-01-01 00:00:00 UTC.
    pub const EPOCH: Self = Self::of(0);
    /// The last valid instant.
    pub const MAX: Self = Self::of(LIMIT - 1);

    /// The instant `micros` microseconds after 1970-01-01 UTC. `None` if `micros` is 2^53 or more.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Option<Self> {
        if micros < LIMIT { Some(Self::of(micros)) } else { None }
    }

    /// The number of microseconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn micros(self) -> u64 {
        self.0.get() - 1
    }

    /// Stores the number of microseconds plus one, so that `Option<Timestamp>` needs no extra space. Each verification
    /// copies a record, and a record contains many optional instants.
    const fn of(micros: u64) -> Self {
        Self(NonZeroU64::MIN.saturating_add(micros))
    }

    /// The number of whole seconds since 1970-01-01 UTC, rounded down.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.micros() / 1_000_000
    }

    /// The instant `duration` later. `None` if the result is out of range. A fraction of a microsecond is dropped, so
    /// that nothing expires too late.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use counterfoil::Timestamp;
    ///
    /// assert_eq!(Timestamp::EPOCH.plus(Duration::from_nanos(1_999)), Timestamp::from_micros(1));
    /// assert_eq!(Timestamp::EPOCH.plus(Duration::from_micros(1 << 53)), None);
    /// assert_eq!(Timestamp::EPOCH.plus(Duration::MAX), None);
    /// ```
    #[must_use]
    pub const fn plus(self, duration: Duration) -> Option<Self> {
        Self::from_micros(self.micros().saturating_add(unlimited_micros(duration)))
    }

    /// The instant `duration` later, at most [`Timestamp::MAX`]. A fraction of a microsecond is dropped. Use this
    /// method to compute how long data is kept, or an instant that only shortens a life. A capped instant is
    /// practically never reached, so it must not be the only end of a credential.
    #[must_use]
    pub const fn plus_capped(self, duration: Duration) -> Self {
        match self.plus(duration) {
            Some(later) => later,
            None => Self::MAX,
        }
    }

    /// The instant `duration` earlier, at least [`Timestamp::EPOCH`]. A fraction of a microsecond is dropped.
    #[must_use]
    pub const fn minus(self, duration: Duration) -> Self {
        Self::of(self.micros().saturating_sub(unlimited_micros(duration)))
    }

    /// The time from `earlier` to this instant, in whole microseconds below 2^53. Zero if this instant is not later
    /// than `earlier`.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.get().saturating_sub(earlier.0.get()))
    }

    /// Whether `limit` is reached at this instant: `self >= limit`.
    #[must_use]
    pub const fn reached(self, limit: Self) -> bool {
        self.0.get() >= limit.0.get()
    }
}

/// The error for an instant outside the range of [`Timestamp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("instant is before 1970 or at 2^53 microseconds and beyond")]
pub struct OutOfRange;

impl TryFrom<OffsetDateTime> for Timestamp {
    type Error = OutOfRange;

    /// Rounds down to the microsecond, so that nothing expires too late.
    fn try_from(instant: OffsetDateTime) -> Result<Self, OutOfRange> {
        let micros = instant.unix_timestamp_nanos().div_euclid(1_000);
        u64::try_from(micros).ok().and_then(Self::from_micros).ok_or(OutOfRange)
    }
}

impl From<Timestamp> for OffsetDateTime {
    fn from(ts: Timestamp) -> Self {
        // Every `Timestamp` lies between the years 1970 and 2255, which is within the range of the `time` crate.
        Self::UNIX_EPOCH + Duration::from_micros(ts.micros())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timestamp").field(&self.micros()).finish()
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.micros())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_micros(u64::deserialize(deserializer)?).ok_or_else(|| de::Error::custom(OutOfRange))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overflow_is_none_and_never_wraps() {
        assert_eq!(Timestamp::MAX.plus(Duration::from_micros(1)), None);
        assert_eq!(Timestamp::MAX.plus(Duration::ZERO), Some(Timestamp::MAX));
        assert_eq!(Timestamp::EPOCH.plus(Duration::from_micros(LIMIT - 1)), Some(Timestamp::MAX));
        assert_eq!(Timestamp::from_micros(u64::MAX), None);
        for long in [Duration::from_micros(LIMIT), Duration::from_secs(u64::MAX), Duration::MAX] {
            for from in [Timestamp::EPOCH, Timestamp::MAX] {
                assert_eq!((from.plus(long), from.plus_capped(long)), (None, Timestamp::MAX), "{long:?}");
                assert_eq!(from.minus(long), Timestamp::EPOCH, "{long:?}");
            }
        }
        assert_eq!(Timestamp::MAX.since(Timestamp::EPOCH), Duration::from_micros(LIMIT - 1));
        assert_eq!(Timestamp::EPOCH.since(Timestamp::MAX), Duration::ZERO);
    }

    #[test]
    fn a_part_of_a_microsecond_is_dropped() {
        let at = Timestamp::of(10);
        for nanos in [0, 1, 999] {
            assert_eq!((at.plus(Duration::from_nanos(nanos)), at.minus(Duration::from_nanos(nanos))), (Some(at), at));
        }
        assert_eq!(at.plus(Duration::from_nanos(1_999)), Some(Timestamp::of(11)));
        assert_eq!(at.plus_capped(Duration::from_nanos(1_999)), Timestamp::of(11));
        assert_eq!(at.minus(Duration::from_nanos(1_999)), Timestamp::of(9));
    }

    #[test]
    fn instants_are_rounded_down_and_come_back() {
        let instant = OffsetDateTime::UNIX_EPOCH + Duration::from_nanos(1_999);
        assert_eq!(Timestamp::try_from(instant), Ok(Timestamp::of(1)));
        let early = OffsetDateTime::UNIX_EPOCH - Duration::from_nanos(1);
        assert_eq!(Timestamp::try_from(early), Err(OutOfRange));
        assert_eq!(Timestamp::try_from(OffsetDateTime::from(Timestamp::MAX)), Ok(Timestamp::MAX));
    }

    #[test]
    fn an_instant_that_may_be_missing_takes_no_more_room() {
        assert_eq!(size_of::<Option<Timestamp>>(), 8);
        assert_eq!(format!("{:?} {:?}", Timestamp::EPOCH, Timestamp::MAX), "Timestamp(0) Timestamp(9007199254740991)");
    }

    #[test]
    fn reached_is_greater_or_equal() {
        let limit = Timestamp::of(10);
        assert!(!Timestamp::of(9).reached(limit));
        assert!(Timestamp::of(10).reached(limit));
        assert!(Timestamp::of(11).reached(limit));
    }
}

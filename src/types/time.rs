//! Instants and spans in whole microseconds.

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::OffsetDateTime;

/// The first value that is not a valid instant. An `f64`, and so a Redis score and a Lua number, represents integers
/// exactly below it.
const LIMIT: u64 = 1 << 53;

/// An instant: whole microseconds since 1970-01-01 UTC, `0 <= t < 2^53` (the year 2255).
///
/// Invariant: the value is below `2^53`. `now >= limit` means "reached", everywhere.
///
/// ```
/// use counterfoil::types::Span;
/// use counterfoil::Timestamp;
///
/// let start = Timestamp::from_micros(1_000_000).expect("in range");
/// let end = start.plus(Span::seconds(10)).expect("in range");
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

    /// The instant with that many microseconds after 1970, or `None` at 2^53 and beyond.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Option<Self> {
        if micros < LIMIT { Some(Self::of(micros)) } else { None }
    }

    /// Microseconds since 1970.
    #[must_use]
    pub const fn micros(self) -> u64 {
        self.0.get() - 1
    }

    /// Stores one more than the microseconds, so that an optional instant needs no extra space: records are copied at
    /// each verification and contain many of them.
    const fn of(micros: u64) -> Self {
        Self(NonZeroU64::MIN.saturating_add(micros))
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.micros() / 1_000_000
    }

    /// The instant `span` later, or `None` if it is out of range.
    #[must_use]
    pub const fn plus(self, span: Span) -> Option<Self> {
        Self::from_micros(self.micros().saturating_add(span.0))
    }

    /// The instant `span` later, at most [`Timestamp::MAX`]. Use it for limits that keep data (retention), never for
    /// limits that grant access.
    #[must_use]
    pub const fn plus_capped(self, span: Span) -> Self {
        match self.plus(span) {
            Some(later) => later,
            None => Self::MAX,
        }
    }

    /// The instant `span` earlier, at least 1970.
    #[must_use]
    pub const fn minus(self, span: Span) -> Self {
        Self::of(self.micros().saturating_sub(span.0))
    }

    /// How long after `earlier` this is; zero if it is not later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.get().saturating_sub(earlier.0.get()))
    }

    /// Whether *now*, which is this instant, has reached `limit`: `now >= limit`.
    #[must_use]
    pub const fn reached(self, limit: Self) -> bool {
        self.0.get() >= limit.0.get()
    }
}

/// An instant outside the range of [`Timestamp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("instant is before 1970 or at 2^53 microseconds and beyond")]
pub struct OutOfRange;

impl TryFrom<OffsetDateTime> for Timestamp {
    type Error = OutOfRange;

    /// Rounds down to the microsecond, so that nothing expires late.
    fn try_from(instant: OffsetDateTime) -> Result<Self, OutOfRange> {
        let micros = instant.unix_timestamp_nanos().div_euclid(1_000);
        u64::try_from(micros).ok().and_then(Self::from_micros).ok_or(OutOfRange)
    }
}

impl From<Timestamp> for OffsetDateTime {
    fn from(ts: Timestamp) -> Self {
        // Every Timestamp lies between the years 1970 and 2255, within the range of the `time` crate.
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

/// A length of time: whole microseconds, `0 <= span < 2^53`. Policy files write it in whole seconds.
///
/// ```
/// use counterfoil::types::Span;
///
/// assert_eq!(Span::days(1), Span::seconds(86_400));
/// assert_eq!(Span::seconds(599).whole_seconds(), 599);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

impl Span {
    /// The empty span.
    pub const ZERO: Self = Self(0);
    /// The longest span: just under 2^53 microseconds, about 285 years.
    pub const MAX: Self = Self(LIMIT - 1);

    /// The span of that many microseconds, or `None` at 2^53 and beyond.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Option<Self> {
        if micros < LIMIT { Some(Self(micros)) } else { None }
    }

    /// The span of that many whole seconds, or `None` at 2^53 microseconds and beyond.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Option<Self> {
        Self::from_micros(seconds.saturating_mul(1_000_000))
    }

    /// The span of that many seconds.
    #[must_use]
    pub const fn seconds(seconds: u32) -> Self {
        // 2^32 seconds are 4.3e15 microseconds: below 2^53 = 9.0e15.
        Self(seconds as u64 * 1_000_000)
    }

    /// The span of that many minutes.
    #[must_use]
    pub const fn minutes(minutes: u16) -> Self {
        Self::seconds(minutes as u32 * 60)
    }

    /// The span of that many hours.
    #[must_use]
    pub const fn hours(hours: u16) -> Self {
        Self::seconds(hours as u32 * 3_600)
    }

    /// The span of that many days of 86,400 s. 65,535 days are 5.7e15 microseconds, below 2^53.
    #[must_use]
    pub const fn days(days: u16) -> Self {
        Self(days as u64 * 86_400_000_000)
    }

    /// Microseconds.
    #[must_use]
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// Whole seconds, rounded down.
    #[must_use]
    pub const fn whole_seconds(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Whole seconds, rounded up, as for `Retry-After`.
    #[must_use]
    pub const fn seconds_up(self) -> u64 {
        self.0.div_ceil(1_000_000)
    }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        Self::from_micros(span.0)
    }
}

impl TryFrom<Duration> for Span {
    type Error = OutOfRange;

    fn try_from(duration: Duration) -> Result<Self, OutOfRange> {
        u64::try_from(duration.as_micros()).ok().and_then(Self::from_micros).ok_or(OutOfRange)
    }
}

impl TryFrom<time::Duration> for Span {
    type Error = OutOfRange;

    /// Negative spans are out of range.
    fn try_from(duration: time::Duration) -> Result<Self, OutOfRange> {
        u64::try_from(duration.whole_microseconds()).ok().and_then(Self::from_micros).ok_or(OutOfRange)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.whole_seconds())
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = u64::deserialize(deserializer)?;
        Self::from_seconds(seconds).ok_or_else(|| de::Error::custom("span is too long: at most 9007199254 seconds"))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.whole_seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overflow_is_none_and_never_wraps() {
        assert_eq!(Timestamp::MAX.plus(Span::from_micros(1).expect("small")), None);
        assert_eq!(Timestamp::MAX.plus(Span::MAX), None);
        assert_eq!(Timestamp::MAX.plus(Span::ZERO), Some(Timestamp::MAX));
        assert_eq!(Timestamp::EPOCH.minus(Span::MAX), Timestamp::EPOCH);
        assert_eq!(Timestamp::from_micros(u64::MAX), None);
        assert_eq!(Span::from_seconds(u64::MAX), None);
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

    #[test]
    fn negative_spans_are_refused() {
        assert_eq!(Span::try_from(time::Duration::seconds(-1)), Err(OutOfRange));
        assert_eq!(Span::try_from(time::Duration::seconds(2)), Ok(Span::seconds(2)));
    }
}

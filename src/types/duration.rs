//! Durations: whole microseconds below 2^53, and whole seconds in policy files.

use std::time::Duration;

use crate::types::time::LIMIT;

/// The longest duration that the library computes with: 2^53 − 1 microseconds, about 285 years.
pub(crate) const LONGEST: Duration = Duration::from_micros(LIMIT - 1);

/// The duration in the form in which stores write it: whole microseconds, rounded down, at most 2^53 − 1 (about 285
/// years).
///
/// ```
/// use std::time::Duration;
///
/// use counterfoil::types::whole_micros;
///
/// assert_eq!(whole_micros(Duration::from_nanos(1_999)), 1);
/// assert_eq!(whole_micros(Duration::MAX), (1 << 53) - 1);
/// ```
#[must_use]
pub const fn whole_micros(duration: Duration) -> u64 {
    let micros = unlimited_micros(duration);
    if micros < LIMIT { micros } else { LIMIT - 1 }
}

/// The duration in whole microseconds, rounded down, at most [`u64::MAX`]. Unlike the result of [`whole_micros`], the
/// result can be 2^53 or more, which is outside the range of [`Timestamp`](crate::Timestamp).
pub(crate) const fn unlimited_micros(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000).saturating_add(duration.subsec_micros() as u64)
}

/// The duration in whole seconds, rounded up, for example for `Retry-After`.
///
/// ```
/// use std::time::Duration;
///
/// use counterfoil::types::seconds_up;
///
/// assert_eq!([0, 1, 1_000, 1_001].map(|millis| seconds_up(Duration::from_millis(millis))), [0, 1, 1, 2]);
/// ```
#[must_use]
pub const fn seconds_up(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(if duration.subsec_nanos() > 0 { 1 } else { 0 })
}

/// The duration of that many seconds. `None` if it is 2^53 microseconds or more.
pub(crate) const fn from_seconds(seconds: u64) -> Option<Duration> {
    if seconds.saturating_mul(1_000_000) < LIMIT { Some(Duration::from_secs(seconds)) } else { None }
}

pub(crate) const fn minutes(minutes: u16) -> Duration {
    Duration::from_secs(minutes as u64 * 60)
}

pub(crate) const fn hours(hours: u16) -> Duration {
    Duration::from_secs(hours as u64 * 3_600)
}

/// The duration of that many days of 86,400 s.
pub(crate) const fn days(days: u16) -> Duration {
    Duration::from_secs(days as u64 * 86_400)
}

/// The serde form of a duration in policy files: a number of whole seconds. When a duration is written, a fraction of a
/// second is dropped. A duration of 2^53 microseconds or more is refused.
pub(crate) mod whole_seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de, ser};

    const TOO_LONG: &str = "span is too long: at most 9007199254 seconds";

    pub(crate) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        let seconds = duration.as_secs();
        match super::from_seconds(seconds) {
            Some(_) => serializer.serialize_u64(seconds),
            None => Err(ser::Error::custom(TOO_LONG)),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        super::from_seconds(u64::deserialize(deserializer)?).ok_or_else(|| de::Error::custom(TOO_LONG))
    }

    /// The form of [`whole_seconds`](super::whole_seconds) for a list of durations.
    pub(crate) mod list {
        use std::time::Duration;

        use serde::{Deserialize, Deserializer, Serialize, Serializer};

        #[derive(Serialize, Deserialize)]
        struct Element(#[serde(with = "super")] Duration);

        pub(crate) fn serialize<S: Serializer>(durations: &[Duration], serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(durations.iter().map(|duration| Element(*duration)))
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Duration>, D::Error> {
            Ok(Vec::<Element>::deserialize(deserializer)?.into_iter().map(|Element(duration)| duration).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Times {
        #[serde(with = "whole_seconds")]
        one: Duration,
        #[serde(with = "whole_seconds::list")]
        more: Vec<Duration>,
    }

    #[test]
    fn microseconds_are_rounded_down_and_capped_and_never_wrap() {
        let edges = [
            (Duration::from_nanos(999), 0, 0),
            (Duration::from_nanos(1_999), 1, 1),
            (Duration::from_micros(LIMIT - 1), LIMIT - 1, LIMIT - 1),
            (Duration::from_micros(LIMIT), LIMIT, LIMIT - 1),
            (Duration::from_secs(u64::MAX), u64::MAX, LIMIT - 1),
            (Duration::MAX, u64::MAX, LIMIT - 1),
        ];
        for (duration, unlimited, whole) in edges {
            assert_eq!((unlimited_micros(duration), whole_micros(duration)), (unlimited, whole), "{duration:?}");
        }
        assert_eq!(whole_micros(LONGEST), LIMIT - 1);
        assert_eq!(from_seconds(u64::MAX), None);
    }

    #[test]
    fn seconds_are_rounded_up_and_never_wrap() {
        assert_eq!(seconds_up(Duration::ZERO), 0);
        assert_eq!(seconds_up(Duration::from_nanos(1)), 1);
        assert_eq!(seconds_up(Duration::from_secs(2)), 2);
        assert_eq!(seconds_up(Duration::from_micros(1_000_001)), 2);
        assert_eq!(seconds_up(Duration::MAX), u64::MAX);
    }

    #[test]
    fn files_have_whole_seconds_up_to_a_limit() {
        let times = Times { one: Duration::new(60, 999_999_999), more: vec![days(1), Duration::ZERO] };
        assert_eq!(serde_json::to_string(&times).expect("written"), r#"{"one":60,"more":[86400,0]}"#);
        let read = |text: &str| serde_json::from_str::<Times>(text);
        let longest = Duration::from_secs(9_007_199_254);
        assert_eq!(
            read(r#"{"one":9007199254,"more":[9007199254]}"#).expect("the longest"),
            Times { one: longest, more: vec![longest] }
        );
        for long in [r#"{"one":9007199255,"more":[]}"#, r#"{"one":0,"more":[18446744073709551615]}"#] {
            let error = read(long).expect_err("too long").to_string();
            assert!(error.starts_with("span is too long: at most 9007199254 seconds"), "{error}");
        }
        for other in ["-1", "1.5", "\"60\"", "null", r#"{"secs":60,"nanos":0}"#] {
            assert!(read(&format!(r#"{{"one":{other},"more":[]}}"#)).is_err(), "{other}");
        }
        let long = Times { one: Duration::MAX, more: Vec::new() };
        assert!(serde_json::to_string(&long).is_err(), "it could not be read again");
    }
}

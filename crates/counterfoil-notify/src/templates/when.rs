//! Converts instants to a person's time zone, and rounds the time left.

use std::time::Duration;

use counterfoil::Timestamp;
use jiff::Zoned;
use jiff::tz::TimeZone;

/// An instant in a time zone.
pub(super) struct Local(Zoned);

impl Local {
    /// Converts an instant to this IANA time zone. If the zone is unknown, uses UTC.
    pub(super) fn of(at: Timestamp, zone: &str) -> Self {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let at = i64::try_from(at.micros()).ok().and_then(|micros| jiff::Timestamp::from_microsecond(micros).ok());
        Self(at.unwrap_or(jiff::Timestamp::MAX).to_zoned(zone))
    }

    pub(super) fn year(&self) -> i16 {
        self.0.year()
    }

    /// The month, counted from 0.
    pub(super) fn month(&self) -> usize {
        usize::from(self.0.month().unsigned_abs()).saturating_sub(1)
    }

    pub(super) fn day(&self) -> i8 {
        self.0.day()
    }

    /// Formats the hours, the minutes and the zone's abbreviation at this instant: `14:00 MSK`.
    pub(super) fn clock(&self) -> String {
        self.0.strftime("%H:%M %Z").to_string()
    }
}

/// The time until an expiry, rounded to a unit that is easy to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    Days(u64),
    Hours(u64),
    Minutes(u64),
}

impl Left {
    /// Rounds a time to the nearest whole unit, but never to zero. The unit is days for a time of at least two days,
    /// hours for a time of at least two hours, and minutes for any shorter time.
    pub(super) fn of(left: Duration) -> Self {
        let seconds = left.as_secs();
        let nearest = |unit: u64| (seconds + unit / 2) / unit;
        match seconds {
            172_800.. => Self::Days(nearest(86_400)),
            7_200.. => Self::Hours(nearest(3_600)),
            _ => Self::Minutes(nearest(60).max(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str, zone: &str) -> (i16, usize, i8, String) {
        let at: jiff::Timestamp = text.parse().expect("an instant");
        let at = Timestamp::from_micros(u64::try_from(at.as_microsecond()).expect("after 1970")).expect("in range");
        let local = Local::of(at, zone);
        (local.year(), local.month() + 1, local.day(), local.clock())
    }

    #[test]
    fn instants_are_those_of_the_zone_with_its_abbreviation_of_that_day() {
        let cases = [
            ("2027-03-03T11:00:00Z", "Europe/Moscow", (2027, 3, 3, "14:00 MSK")),
            ("2027-03-03T11:00:00Z", "Asia/Kolkata", (2027, 3, 3, "16:30 IST")),
            // Samoa moved across the date line in 2011. It has had no summer time since 2021.
            ("2027-03-03T11:00:00Z", "Pacific/Apia", (2027, 3, 4, "00:00 +13")),
            ("2011-12-30T09:59:59Z", "Pacific/Apia", (2011, 12, 29, "23:59 -10")),
            ("2011-12-30T10:00:00Z", "Pacific/Apia", (2011, 12, 31, "00:00 +14")),
            // In Berlin, one hour of this year is skipped and one occurs twice.
            ("2027-03-28T00:59:59Z", "Europe/Berlin", (2027, 3, 28, "01:59 CET")),
            ("2027-03-28T01:00:00Z", "Europe/Berlin", (2027, 3, 28, "03:00 CEST")),
            ("2027-10-31T00:30:00Z", "Europe/Berlin", (2027, 10, 31, "02:30 CEST")),
            ("2027-10-31T01:30:00Z", "Europe/Berlin", (2027, 10, 31, "02:30 CET")),
            ("2027-03-03T11:00:00Z", "Nowhere/Land", (2027, 3, 3, "11:00 UTC")),
            ("2027-12-31T23:59:59Z", "UTC", (2027, 12, 31, "23:59 UTC")),
        ];
        for (at, zone, (year, month, day, clock)) in cases {
            assert_eq!(local(at, zone), (year, month, day, clock.to_owned()), "{at} {zone}");
        }
        assert_eq!(
            Local::of(Timestamp::MAX, "Pacific/Apia").year(),
            2255,
            "the end of time is an instant as any other"
        );
    }

    #[test]
    fn what_is_left_is_said_in_the_nearest_whole_unit() {
        let left = |seconds| Left::of(Duration::from_secs(seconds));
        assert_eq!(left(7 * 86_400), Left::Days(7));
        assert_eq!(left(7 * 86_400 - 61), Left::Days(7));
        assert_eq!(left(172_800), Left::Days(2));
        assert_eq!(left(172_799), Left::Hours(48));
        assert_eq!(left(7_200), Left::Hours(2));
        assert_eq!(left(7_199), Left::Minutes(120));
        assert_eq!([left(0), left(29)], [Left::Minutes(1); 2]);
    }
}

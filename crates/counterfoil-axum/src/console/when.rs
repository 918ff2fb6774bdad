//! Instants as people read them: relative, with the exact one beside it, in the viewer's time zone.

use counterfoil::Timestamp;
use jiff::Zoned;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::console::words::Words;

/// An instant on a page.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// `3 days ago`.
    pub(crate) relative: String,
    /// `22 Nov 2026, 05:40`.
    pub(crate) date: String,
    /// `22 Nov 2026, 05:40:12 UTC`.
    pub(crate) exact: String,
    /// As `datetime` has it.
    pub(crate) machine: String,
}

/// How far away an instant is, in the largest unit that fits twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Distance {
    Now,
    Past(u64, Unit),
    Future(u64, Unit),
}

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
    Months,
    Years,
}

impl Distance {
    pub(crate) fn between(at: Timestamp, now: Timestamp) -> Self {
        let past = now.reached(at);
        let seconds = if past { now.since(at) } else { at.since(now) }.whole_seconds();
        let nearest = |unit: u64| (seconds + unit / 2) / unit;
        let (count, unit) = match seconds {
            0..45 => return Self::Now,
            45..7_200 => (nearest(60).max(1), Unit::Minutes),
            7_200..172_800 => (nearest(3_600), Unit::Hours),
            172_800..5_184_000 => (nearest(86_400), Unit::Days),
            5_184_000..63_072_000 => (nearest(2_592_000), Unit::Months),
            _ => (nearest(31_557_600), Unit::Years),
        };
        if past { Self::Past(count, unit) } else { Self::Future(count, unit) }
    }
}

/// The viewer's clock: a zone, a language, and the present.
#[derive(Clone)]
pub(crate) struct Clock {
    pub(crate) zone: TimeZone,
    pub(crate) now: Timestamp,
    pub(crate) words: &'static Words,
}

impl Clock {
    /// In that IANA zone; in UTC where there is none.
    pub(crate) fn new(zone: Option<&str>, now: Timestamp, words: &'static Words) -> Self {
        let zone = zone.map(zone_in_use).and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
        Self { zone, now, words }
    }

    pub(crate) fn moment(&self, at: Timestamp) -> Moment {
        let local = self.local(at);
        Moment {
            relative: (self.words.distance)(Distance::between(at, self.now)),
            date: local.strftime(self.words.date).to_string(),
            exact: local.strftime(self.words.exact).to_string(),
            machine: local.timestamp().to_string(),
        }
    }

    /// As a field of kind `datetime-local` holds it, to the minute.
    pub(crate) fn typed(&self, at: Timestamp) -> String {
        self.local(at).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// What was typed into such a field. Of an hour that comes twice the first is meant, and one that is left out is the hour after it.
    pub(crate) fn read(&self, typed: &str) -> Option<Timestamp> {
        let at: DateTime = typed.parse().ok().filter(|_| typed.contains('T'))?;
        let at = self.zone.to_zoned(at).ok()?.timestamp();
        Timestamp::from_micros(u64::try_from(at.as_microsecond()).ok()?)
    }

    fn local(&self, at: Timestamp) -> Zoned {
        let at = i64::try_from(at.micros()).ok().and_then(|micros| jiff::Timestamp::from_microsecond(micros).ok());
        at.unwrap_or(jiff::Timestamp::MAX).to_zoned(self.zone.clone())
    }
}

/// The zone that times are told in where that one is kept: UTC where there is no such zone.
pub(crate) fn zone_in_use(name: &str) -> &str {
    if TimeZone::get(name).is_ok() { name } else { "UTC" }
}

/// Whether that names a time zone.
pub(crate) fn is_zone(name: &str) -> bool {
    zones().iter().any(|zone| zone == name)
}

/// The names of all zones, in order.
pub(crate) fn zones() -> Vec<String> {
    let mut names: Vec<String> =
        jiff::tz::db().available().map(|name| name.as_str().to_owned()).filter(|name| is_offered(name)).collect();
    names.push("UTC".to_owned());
    names.sort_unstable();
    names.dedup();
    names
}

/// Places; not the legacy names (`EST5EDT`) that no list offers.
fn is_offered(name: &str) -> bool {
    name.contains('/') && !name.starts_with("Etc/") && !name.starts_with("posix/") && !name.starts_with("right/")
}

#[cfg(test)]
mod tests {
    use counterfoil::types::Span;

    use super::*;
    use crate::console::words::{ENGLISH, RUSSIAN};

    fn at(text: &str) -> Timestamp {
        let at: jiff::Timestamp = text.parse().expect("an instant");
        Timestamp::from_micros(u64::try_from(at.as_microsecond()).expect("after 1970")).expect("in range")
    }

    #[test]
    fn an_instant_is_told_relative_and_exactly_in_the_viewers_zone() {
        let now = at("2026-11-22T02:40:12Z");
        let english = Clock::new(Some("Europe/Moscow"), now, &ENGLISH).moment(at("2026-11-19T02:40:12Z"));
        assert_eq!((english.relative.as_str(), english.exact.as_str()), ("3 days ago", "19 Nov 2026, 05:40:12 MSK"));
        let russian = Clock::new(Some("Europe/Moscow"), now, &RUSSIAN).moment(at("2026-11-24T02:40:12Z"));
        assert_eq!((russian.relative.as_str(), russian.exact.as_str()), ("через 2 дня", "24.11.2026 05:40:12 MSK"));
        assert_eq!(russian.machine, "2026-11-24T02:40:12Z");
        assert_eq!(Clock::new(Some("Nowhere/Land"), now, &ENGLISH).moment(now).exact, "22 Nov 2026, 02:40:12 UTC");
    }

    #[test]
    fn distances_are_in_the_largest_unit_that_fits_twice() {
        let now = at("2026-11-22T00:00:00Z");
        let after = |seconds| Distance::between(now.plus_capped(Span::seconds(seconds)), now);
        assert_eq!(after(44), Distance::Now);
        assert_eq!(after(45), Distance::Future(1, Unit::Minutes));
        assert_eq!(after(7_199), Distance::Future(120, Unit::Minutes));
        assert_eq!(after(7_200), Distance::Future(2, Unit::Hours));
        assert_eq!(after(30 * 86_400), Distance::Future(30, Unit::Days));
        assert_eq!(after(180 * 86_400), Distance::Future(6, Unit::Months));
        assert_eq!(after(1_095 * 86_400), Distance::Future(3, Unit::Years));
        assert_eq!(Distance::between(Timestamp::EPOCH, now), Distance::Past(57, Unit::Years));
    }

    #[test]
    fn what_was_typed_is_an_instant_of_the_viewers_zone() {
        let clock = Clock::new(Some("Asia/Kolkata"), Timestamp::EPOCH, &ENGLISH);
        let read = clock.read("2027-03-03T16:30").expect("an instant");
        assert_eq!(read, at("2027-03-03T11:00:00Z"));
        assert_eq!(clock.typed(read), "2027-03-03T16:30");
        for bad in ["", "tomorrow", "2027-03-03", "2027-02-30T10:00", "1969-12-31T00:00", "2027-03-03T11:00:00Z<"] {
            assert_eq!(clock.read(bad), None, "{bad}");
        }
    }

    #[test]
    fn console_2_zones_are_places() {
        assert!(is_zone("Europe/Moscow") && is_zone("Asia/Kolkata") && is_zone("UTC") && is_zone("Pacific/Apia"));
        assert!(!is_zone("Nowhere/Land") && !is_zone("") && !is_zone("EST5EDT") && !is_zone("europe/moscow"));
    }
}

//! Formats and parses instants in the viewer's time zone and language.

use counterfoil::Timestamp;
use jiff::Zoned;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::console::text::Texts;
use crate::console::time::{Distance, Moment};
use crate::console::zones::zone_in_use;

/// The time zone, the language and the current time of one viewer.
#[derive(Clone)]
pub(crate) struct Clock {
    pub(crate) zone: TimeZone,
    pub(crate) now: Timestamp,
    pub(crate) texts: &'static Texts,
}

impl Clock {
    /// Makes a clock. If `zone` is missing or unknown, uses UTC.
    pub(crate) fn new(zone: Option<&str>, now: Timestamp, texts: &'static Texts) -> Self {
        let zone = zone.map(zone_in_use).and_then(|zone| TimeZone::get(zone).ok()).unwrap_or(TimeZone::UTC);
        Self { zone, now, texts }
    }

    pub(crate) fn moment(&self, at: Timestamp) -> Moment {
        let local = self.local(at);
        Moment {
            relative: (self.texts.formats.distance)(Distance::between(at, self.now)),
            date: local.strftime(self.texts.formats.date).to_string(),
            exact: local.strftime(self.texts.formats.exact).to_string(),
            machine: local.timestamp().to_string(),
        }
    }

    /// Formats an instant as the value of a `datetime-local` field, which is exact to the minute.
    pub(crate) fn typed(&self, at: Timestamp) -> String {
        self.local(at).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// Parses the value of a `datetime-local` field. Returns `None` if the text is not a local time. If the local time
    /// occurs twice, returns the first instant. If the local time is skipped, returns an instant after the skipped
    /// hour.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::text::{ENGLISH, RUSSIAN};

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
    fn what_was_typed_is_an_instant_of_the_viewers_zone() {
        let clock = Clock::new(Some("Asia/Kolkata"), Timestamp::EPOCH, &ENGLISH);
        let read = clock.read("2027-03-03T16:30").expect("an instant");
        assert_eq!(read, at("2027-03-03T11:00:00Z"));
        assert_eq!(clock.typed(read), "2027-03-03T16:30");
        for bad in ["", "tomorrow", "2027-03-03", "2027-02-30T10:00", "1969-12-31T00:00", "2027-03-03T11:00:00Z<"] {
            assert_eq!(clock.read(bad), None, "{bad}");
        }
    }
}

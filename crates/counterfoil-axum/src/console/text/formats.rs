//! The formats of times, durations and ranges.

use std::time::Duration;

use counterfoil::settings::SettingUnit;

use super::Texts;
use crate::console::time::{Distance, Unit};

pub(crate) struct FormatTexts {
    /// Formats the time between an instant and the present: `3 days ago`.
    pub(crate) distance: fn(Distance) -> String,
    /// The `strftime` format of an instant, to the minute.
    pub(crate) date: &'static str,
    /// The `strftime` format of an instant, to the second.
    pub(crate) exact: &'static str,
    /// Formats a duration: `1 day 12 hours`.
    pub(crate) duration: fn(Duration) -> String,
    /// Formats a range: `1 to 180.`
    pub(crate) from_to: fn(u64, u64) -> String,
    /// Formats a range of durations: `From 1 second to 1 day.`
    pub(crate) between: fn(&str, &str) -> String,
    /// Formats a maximum length: `At most 20 characters.`
    pub(crate) at_most_characters: fn(u16) -> String,
}

impl Texts {
    /// Formats the range of a setting. A duration is formatted in days, hours, minutes and seconds.
    pub(crate) fn range(&self, unit: SettingUnit, least: u64, most: u64) -> String {
        let shown = |seconds| (self.formats.duration)(Duration::from_secs(seconds));
        match unit {
            SettingUnit::Seconds => (self.formats.between)(&shown(least), &shown(most)),
            _ => (self.formats.from_to)(least, most),
        }
    }
}

/// Formats a duration in days, hours, minutes and seconds. Leaves out fractions of a second.
pub(super) fn compound(duration: Duration, counted: fn(u64, Unit) -> String) -> String {
    let mut left = duration.as_secs();
    let mut parts = Vec::new();
    for (seconds, unit) in [(86_400, Unit::Days), (3_600, Unit::Hours), (60, Unit::Minutes), (1, Unit::Seconds)] {
        if left >= seconds {
            parts.push(counted(left / seconds, unit));
            left %= seconds;
        }
    }
    if parts.is_empty() { counted(0, Unit::Seconds) } else { parts.join(" ") }
}

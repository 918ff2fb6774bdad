//! The formats of times, durations and ranges.

use std::time::Duration;

use crate::console::text::formats::{FormatTexts, compound};
use crate::console::time::{Distance, Unit};

pub(super) const FORMATS: FormatTexts = FormatTexts {
    distance,
    date: "%-d %b %Y, %H:%M",
    exact: "%-d %b %Y, %H:%M:%S %Z",
    duration,
    from_to,
    between,
    at_most_characters,
};

fn distance(distance: Distance) -> String {
    match distance {
        Distance::Now => "just now".to_owned(),
        Distance::Past(count, unit) => format!("{} ago", counted(count, unit)),
        Distance::Future(count, unit) => format!("in {}", counted(count, unit)),
    }
}

fn counted(count: u64, unit: Unit) -> String {
    let unit = match unit {
        Unit::Seconds => "second",
        Unit::Minutes => "minute",
        Unit::Hours => "hour",
        Unit::Days => "day",
        Unit::Months => "month",
        Unit::Years => "year",
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn duration(duration: Duration) -> String {
    compound(duration, counted)
}

fn from_to(least: u64, most: u64) -> String {
    format!("A whole number from {least} to {most}.")
}

fn between(least: &str, most: &str) -> String {
    format!("A whole number, from {least} to {most}.")
}

fn at_most_characters(most: u16) -> String {
    format!("At most {most} characters.")
}

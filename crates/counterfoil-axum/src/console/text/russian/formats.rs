//! The formats of times, durations and ranges.

use std::time::Duration;

use super::plural::form;
use crate::console::text::formats::{FormatTexts, compound};
use crate::console::time::{Distance, Unit};

pub(super) const FORMATS: FormatTexts = FormatTexts {
    distance,
    date: "%d.%m.%Y %H:%M",
    exact: "%d.%m.%Y %H:%M:%S %Z",
    duration,
    from_to,
    between,
    at_most_characters,
};

fn distance(distance: Distance) -> String {
    match distance {
        Distance::Now => "только что".to_owned(),
        Distance::Past(count, unit) => format!("{} назад", counted(count, unit)),
        Distance::Future(count, unit) => format!("через {}", counted(count, unit)),
    }
}

fn counted(count: u64, unit: Unit) -> String {
    let forms = match unit {
        Unit::Seconds => ["секунду", "секунды", "секунд"],
        Unit::Minutes => ["минуту", "минуты", "минут"],
        Unit::Hours => ["час", "часа", "часов"],
        Unit::Days => ["день", "дня", "дней"],
        Unit::Months => ["месяц", "месяца", "месяцев"],
        Unit::Years => ["год", "года", "лет"],
    };
    format!("{count} {}", form(count, forms))
}

/// Formats a duration in the accusative case, because all sentences that contain a duration need this case.
fn duration(duration: Duration) -> String {
    compound(duration, counted)
}

fn from_to(least: u64, most: u64) -> String {
    format!("Целое число от {least} до {most}.")
}

fn between(least: &str, most: &str) -> String {
    format!("Задайте целое число: минимум {least}, максимум {most}.")
}

fn at_most_characters(most: u16) -> String {
    format!("Не больше {most} {}.", form(u64::from(most), ["символа", "символов", "символов"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn console_1_words_follow_their_number() {
        let days = |count| counted(count, Unit::Days);
        assert_eq!(
            [1, 2, 5, 11, 21, 22, 25, 111, 0].map(days),
            ["1 день", "2 дня", "5 дней", "11 дней", "21 день", "22 дня", "25 дней", "111 дней", "0 дней"]
        );
        assert_eq!(distance(Distance::Past(3, Unit::Hours)), "3 часа назад");
        assert_eq!(at_most_characters(21), "Не больше 21 символа.");
    }
}

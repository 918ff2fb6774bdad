//! The Russian texts. After a number, a Russian noun has one of three forms (Unicode CLDR, plural rules of `ru`).

use std::time::Duration;

use counterfoil::types::TokenKind;

use super::when::{Left, Local};

const MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

/// Formats a date: `3 марта 2027 г.`
pub(super) fn date(at: &Local) -> String {
    format!("{} {} {} г.", at.day(), MONTHS.get(at.month()).copied().unwrap_or_default(), at.year())
}

/// Formats an instant: `3 марта 2027 г., 14:00 MSK`.
pub(super) fn instant(at: &Local) -> String {
    format!("{}, {}", date(at), at.clock())
}

/// Returns the form of a noun after a number: one (1, 21), few (2 to 4, 22) or many (0, 5 to 20, 111).
fn form(count: u64, [one, few, many]: [&str; 3]) -> &str {
    match (count % 10, count % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

fn counted(count: u64, forms: [&str; 3]) -> String {
    format!("{count} {}", form(count, forms))
}

/// Formats the time until an expiry: `через 7 дней`.
pub(super) fn left(left: Duration) -> String {
    let counted = match Left::of(left) {
        Left::Days(count) => counted(count, ["день", "дня", "дней"]),
        Left::Hours(count) => counted(count, ["час", "часа", "часов"]),
        Left::Minutes(count) => counted(count, ["минуту", "минуты", "минут"]),
    };
    format!("через {counted}")
}

pub(super) fn kind(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::PersonalAccessToken => "персональный токен",
        TokenKind::AccessToken => "токен доступа",
        TokenKind::RefreshToken => "токен обновления",
        TokenKind::SecurityCode => "код безопасности",
        TokenKind::ConsoleSession => "сеанс консоли",
        _ => "ключ доступа",
    }
}

/// Makes the subject line. For a single credential, `one` is its label, and the line contains this label and the date
/// `first`. For several credentials, `one` is `None`. The line then says how many expire and how many have expired, and
/// contains `first`, the earliest date.
pub(super) fn subject(one: Option<&str>, expiring: usize, expired: usize, first: &str) -> String {
    let tokens = |count: usize| counted(count as u64, ["токена", "токенов", "токенов"]);
    match (one, expiring, expired) {
        (Some(what), _, 0) => format!("Истекает {what}: {first}"),
        (Some(what), ..) => format!("Истёк {what}: {first}"),
        (None, expiring, 0) => format!("Истекает срок {}, первый: {first}", tokens(expiring)),
        (None, 0, expired) => format!("Истёк срок {}, первый: {first}", tokens(expired)),
        (None, expiring, expired) => {
            format!("Истёк срок {}, истекает у {}; первый: {first}", tokens(expired), tokens(expiring))
        }
    }
}

/// Makes the subject line of a message about secrets that were found in a public place. For a single credential, `one`
/// is its label.
pub(super) fn leak_subject(one: Option<&str>, count: usize) -> String {
    match one {
        Some(what) => format!("Найден в открытом доступе {what}"),
        None => format!("В открытом доступе: {}", counted(count as u64, ["токен", "токена", "токенов"])),
    }
}

/// Makes the subject line of a message about leaks if every text that was found had already been replaced. For a single
/// credential, `one` is its label.
pub(super) fn old_leak_subject(one: Option<&str>, count: usize) -> String {
    match one {
        Some(what) => format!("Найден в открытом доступе старый текст: {what}"),
        None => format!("Старые тексты в открытом доступе: {}", counted(count as u64, ["токен", "токена", "токенов"])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_follows_the_number() {
        let days = |count| counted(count, ["день", "дня", "дней"]);
        let expected = [
            (0, "дней"),
            (1, "день"),
            (2, "дня"),
            (4, "дня"),
            (5, "дней"),
            (11, "дней"),
            (12, "дней"),
            (14, "дней"),
            (20, "дней"),
            (21, "день"),
            (22, "дня"),
            (25, "дней"),
            (101, "день"),
            (111, "дней"),
            (112, "дней"),
            (122, "дня"),
        ];
        for (count, word) in expected {
            assert_eq!(days(count), format!("{count} {word}"));
        }
        assert_eq!(left(Duration::from_secs(7 * 86_400)), "через 7 дней");
        assert_eq!(left(Duration::from_secs(60)), "через 1 минуту");
        assert_eq!(left(Duration::from_secs(22 * 3_600)), "через 22 часа");
        assert_eq!(subject(None, 21, 0, "3 марта"), "Истекает срок 21 токена, первый: 3 марта");
        assert_eq!(leak_subject(None, 21), "В открытом доступе: 21 токен");
        assert_eq!(old_leak_subject(None, 2), "Старые тексты в открытом доступе: 2 токена");
        assert_eq!(subject(None, 2, 5, "3 марта"), "Истёк срок 5 токенов, истекает у 2 токенов; первый: 3 марта");
    }
}

//! The English texts of messages.

use std::time::Duration;

use counterfoil::types::TokenKind;

use super::when::{Left, Local};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Formats a date: `3 March 2027`.
pub(super) fn date(at: &Local) -> String {
    format!("{} {} {}", at.day(), MONTHS.get(at.month()).copied().unwrap_or_default(), at.year())
}

/// Formats an instant: `3 March 2027, 14:00 MSK`.
pub(super) fn instant(at: &Local) -> String {
    format!("{}, {}", date(at), at.clock())
}

/// Formats the time until an expiry: `in 7 days`.
pub(super) fn left(left: Duration) -> String {
    match Left::of(left) {
        Left::Days(count) => counted("in", count, "day"),
        Left::Hours(count) => counted("in", count, "hour"),
        Left::Minutes(count) => counted("in", count, "minute"),
    }
}

fn counted(before: &str, count: u64, what: &str) -> String {
    format!("{before} {count} {what}{}", if count == 1 { "" } else { "s" })
}

pub(super) fn kind(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::PersonalAccessToken => "personal access token",
        TokenKind::AccessToken => "access token",
        TokenKind::RefreshToken => "refresh token",
        TokenKind::SecurityCode => "security code",
        TokenKind::ConsoleSession => "console session",
        _ => "credential",
    }
}

/// Makes the subject line. For a single credential, `one` is its label, and the line contains this label and the date
/// `first`. For several credentials, `one` is `None`, and the line says how many expire and how many have expired.
pub(super) fn subject(one: Option<&str>, expiring: usize, expired: usize, first: &str) -> String {
    let tokens = |count: usize| if count == 1 { "1 token".to_owned() } else { format!("{count} tokens") };
    let has = |count: usize| if count == 1 { "has" } else { "have" };
    match (one, expiring, expired) {
        (Some(what), _, 0) => format!("Your {what} expires on {first}"),
        (Some(what), ..) => format!("Your {what} expired on {first}"),
        (None, expiring, 0) => format!("{} expire, the first on {first}", tokens(expiring)),
        (None, 0, expired) => format!("{} {} expired, the first on {first}", tokens(expired), has(expired)),
        (None, expiring, expired) => {
            let expire = if expiring == 1 { "expires" } else { "expire" };
            format!("{} {} expired, {} {expire}: the first on {first}", tokens(expired), has(expired), tokens(expiring))
        }
    }
}

/// Makes the subject line of a message about secrets that were found in a public place. For a single credential, `one`
/// is its label.
pub(super) fn leak_subject(one: Option<&str>, count: usize) -> String {
    match (one, count) {
        (Some(what), _) => format!("Your {what} was found in a public place"),
        (None, 1) => "1 of your tokens was found in a public place".to_owned(),
        (None, count) => format!("{count} of your tokens were found in a public place"),
    }
}

/// Makes the subject line of a message about leaks if every text that was found had already been replaced. For a single
/// credential, `one` is its label.
pub(super) fn old_leak_subject(one: Option<&str>, count: usize) -> String {
    match (one, count) {
        (Some(what), _) => format!("An old text of your {what} was found in a public place"),
        (None, 1) => "An old text of 1 of your tokens was found in a public place".to_owned(),
        (None, count) => format!("Old texts of {count} of your tokens were found in a public place"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_thing_is_not_many() {
        assert_eq!(left(Duration::from_secs(7 * 86_400)), "in 7 days");
        assert_eq!(left(Duration::from_secs(60)), "in 1 minute");
        assert_eq!(left(Duration::from_secs(2 * 3_600)), "in 2 hours");
        assert_eq!(subject(None, 1, 1, "3 March"), "1 token has expired, 1 token expires: the first on 3 March");
        assert_eq!(subject(None, 2, 3, "3 March"), "3 tokens have expired, 2 tokens expire: the first on 3 March");
        assert_eq!(subject(None, 2, 0, "3 March"), "2 tokens expire, the first on 3 March");
        assert_eq!(subject(None, 0, 2, "3 March"), "2 tokens have expired, the first on 3 March");
        assert_eq!(leak_subject(None, 1), "1 of your tokens was found in a public place");
        assert_eq!(leak_subject(None, 2), "2 of your tokens were found in a public place");
        assert_eq!(old_leak_subject(None, 1), "An old text of 1 of your tokens was found in a public place");
        assert_eq!(old_leak_subject(None, 2), "Old texts of 2 of your tokens were found in a public place");
    }
}

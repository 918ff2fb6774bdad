//! Realms, versions and texts that badly designed stores confuse. The model tests of clients, settings and counters use
//! them.

use counterfoil::Realm;
use counterfoil::types::Version;

use crate::dice::Dice;

/// The number of different results of [`realms`]. No realm is in two of these results.
pub(super) const KINDS: u64 = 6;

/// Returns five realms that look alike. A badly designed store confuses some of them, for example because it ignores
/// the letter case, or because it joins realm and id to one text. There are [`KINDS`] different results, which the seed
/// selects in turn.
pub(super) fn realms(seed: u64) -> Vec<Realm> {
    let long = "n".repeat(254);
    let (one, other) = (format!("{long}1"), format!("{long}2"));
    let kinds = [
        ["a", "a.b", "a.b.c", "ab", "a-b"],
        ["default", "Default", "DEFAULT", "default.", "defaul"],
        ["a/b", "a:b", "a|b", "a_b", "a%b"],
        ["a*", "a?", "a[b]", "{a}", "{a}b"],
        [&long, &one, &other, "n", "N"],
        ["1", "01", "1.0", "null", "''"],
    ];
    let kind = kinds[usize::try_from(seed).unwrap_or(0) % kinds.len()];
    kind.into_iter().map(|text| Realm::new(text).expect("a realm")).collect()
}

/// Draws the version that a random call of a client store or settings store expects. `stands` is the stored version,
/// and `last` is the newest version that the row ever had. The result is the stored version in half of the draws.
/// Otherwise the result is `None`, `last`, a version that is one higher or lower than the stored version, or a version
/// whose low bits equal those of the stored version.
pub(super) fn version(dice: &mut Dice, stands: Option<Version>, last: Option<Version>) -> Option<Version> {
    let near = stands.or(last).map_or(0, Version::number);
    match dice.below(10) {
        0 => None,
        1 => last,
        2 => Some(Version::new(near + 1)),
        3 => Some(Version::new(near.saturating_sub(1))),
        4 => Some(Version::new(near + *dice.pick(&[1 << 8, 1 << 16, 1 << 32, 1 << 52]))),
        _ => stands,
    }
}

/// Draws a text that a store changes if it quotes texts, matches patterns or truncates columns without care.
pub(super) fn text(dice: &mut Dice) -> String {
    let long = "\u{1f600}".repeat(300);
    let texts =
        ["", " ", "a ", "a'b\"c\\d", "{\"a\":1}", "caf\u{e9}", "cafe\u{301}", "line\nfeed\ttab", "%s$1?", &long];
    (*dice.pick(&texts)).into()
}

/// Adds a member to a stored document, as a newer version of the library would. A store must keep the member.
pub(super) fn with_newer_member(document: &str) -> String {
    document.replacen('{', "{\"a_newer_member\":{\"of\":[1,null,\"\u{e9}\"]},", 1)
}

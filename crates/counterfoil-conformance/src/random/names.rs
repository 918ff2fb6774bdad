//! Hostile names. These are owners, realms and labels that look alike to a store that builds its keys without care.

use counterfoil::types::{Label, LabelKey, OwnerId};
use counterfoil::{Realm, SubjectId};

use crate::sample::Person;

/// The names of one sequence. All are different, but a likely mistake in a store confuses each with another.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) people: Vec<Person>,
    pub(crate) labels: Vec<(Label, LabelKey)>,
}

/// The separators that stores commonly put between the parts of a key.
const SEPARATORS: [&str; 12] = ["/", ":", "|", ".", "-", "_", ",", ";", "=", "#", "::", "}{"];

/// Lengths of names. Each is one more than a length to which stores truncate keys, so that two names differ only in the
/// lost character.
const WIDTHS: [usize; 10] = [9, 17, 33, 40, 51, 64, 65, 101, 129, 255];

impl Names {
    /// The number of groups of names.
    pub(crate) const KINDS: u64 = 25 + (SEPARATORS.len() + WIDTHS.len()) as u64;

    /// Returns the names of group `kind`, modulo the number of groups.
    pub(crate) fn of(kind: u64) -> Self {
        let kind = usize::try_from(kind % Self::KINDS).unwrap_or(0);
        if let Some(separator) = SEPARATORS.get(kind) {
            return Self::joined(separator);
        }
        if let Some(width) = WIDTHS.get(kind - SEPARATORS.len()) {
            return Self::long(*width);
        }
        let twins = TWINS[(kind - SEPARATORS.len() - WIDTHS.len()) % TWINS.len()];
        Self::twins(twins)
    }

    /// Makes names that become equal if realm, owner and label are joined. They are joined with `separator`, which may
    /// be empty.
    fn joined(separator: &str) -> Self {
        let join = |parts: &[&str]| parts.join(separator);
        let people = [
            person("a", &join(&["b", "c"])),
            person(&join(&["a", "b"]), "c"),
            person("a", "b"),
            person("ab", "c"),
            person("a", "bc"),
        ];
        let labels = [label(&join(&["c", "d"])), label("d"), label("cd"), label(&join(&["b", "c", "d"]))];
        Self { people: people.into(), labels: labels.into() }
    }

    /// Makes names that differ only in the last of `width` characters, and one name that is a prefix of the others.
    fn long(width: usize) -> Self {
        let ending = |last: &str| format!("{}{last}", "n".repeat(width - 1));
        let people = [
            person("default", &ending("1")),
            person("default", &ending("2")),
            person(&ending("1"), &ending("1")),
            person(&ending("2"), &ending("1")),
            person("default", &"n".repeat(width - 1)),
        ];
        let long = |last: &str| {
            let text = format!("{}{last}", "я".repeat(width - 1));
            (Label::new(&text, 255).expect("a label"), Label::new(&text, 255).expect("a label").key())
        };
        Self { people: people.into(), labels: vec![long("1"), long("2"), label(&ending("1")), label(&ending("2"))] }
    }

    /// Makes names from three texts that are equal under a collation, after trimming, as a pattern or as a number.
    fn twins([one, other, third]: [&str; 3]) -> Self {
        let realm = |text: &str| if Realm::new(text).is_ok() { text.to_owned() } else { "default".into() };
        let people = [
            person("default", one),
            person("default", other),
            person(&realm(other), one),
            person("default", third),
            Person { realm: Realm::default(), owner: OwnerId::realm() },
        ];
        let labels = [one, other, third, "plain"].map(|text| {
            let shown = Label::new(text, 255).unwrap_or_else(|_| Label::new("shown", 20).expect("a label"));
            (shown, LabelKey::from_stored(text))
        });
        Self { people: people.into(), labels: labels.into() }
    }
}

/// Groups of three names, which are different as bytes. Names that consist only of visible ASCII letters are also used
/// as realms.
const TWINS: [[&str; 3]; 25] = [
    ["ann", "Ann", "ANN"],
    ["default", "Default", "DEFAULT"],
    ["ann", "ann ", " ann"],
    ["ann", "ann\u{a0}", "ann\u{3000}"],
    ["ann", "ann  ", "an"],
    ["a", "aa", "aaa"],
    ["caf\u{e9}", "cafe\u{301}", "cafe"],
    ["\u{c5}", "A\u{30a}", "\u{212b}"],
    ["stra\u{df}e", "strasse", "STRASSE"],
    ["\u{fb01}le", "file", "FILE"],
    ["paypal", "p\u{430}ypal", "payp\u{430}l"],
    ["i", "\u{131}", "\u{130}"],
    ["\u{ff21}", "A", "\u{1d400}"],
    ["\u{1f600}", "\u{1f601}", "\u{1f600}\u{fe0f}"],
    ["a%", "a_", "ab"],
    ["a*", "a?", "a[b]"],
    ["a'b", "a''b", "a\"b"],
    ["a\\b", "a\\\\b", "a/b"],
    ["{a}", "{a}b", "a"],
    ["1", "01", "1.0"],
    ["null", "NULL", "nil"],
    ["0", "-0", "00"],
    ["<a>", "&lt;a&gt;", "%3Ca%3E"],
    ["$1", "${1}", "\\1"],
    ["..", ".", "../x"],
];

fn person(realm: &str, owner: &str) -> Person {
    let owner = SubjectId::new(owner).expect("a subject").into();
    Person { realm: Realm::new(realm).expect("a realm"), owner }
}

fn label(text: &str) -> (Label, LabelKey) {
    let label = Label::new(text, 255).expect("a label");
    let key = label.key();
    (label, key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_names_of_every_kind_are_apart() {
        for kind in 0..Names::KINDS {
            let names = Names::of(kind);
            let people: BTreeSet<_> =
                names.people.iter().map(|person| (person.realm.as_str(), person.owner.as_str())).collect();
            let labels: BTreeSet<_> = names.labels.iter().map(|(_, key)| key).collect();
            assert!(people.len() >= 4 && labels.len() >= 3, "{names:?}");
        }
    }
}

//! Names of owners, realms and labels that look alike. A store that builds its keys without care confuses them.

use counterfoil::types::{Label, LabelKey, OwnerId};
use counterfoil::{Realm, SubjectId};

use crate::sample::Person;

/// A group of people and labels with similar names. All names are different, but a store that makes a common mistake
/// treats two of them as equal.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) people: Vec<Person>,
    pub(crate) labels: Vec<(Label, LabelKey)>,
}

/// Texts that stores commonly put between the parts of a key.
const SEPARATORS: [&str; 12] = ["/", ":", "|", ".", "-", "_", ",", ";", "=", "#", "::", "}{"];

/// Lengths of long names, in characters. Each is one more than a common maximum length of keys. A store that truncates
/// longer keys loses the last character, in which two such names differ.
const WIDTHS: [usize; 10] = [9, 17, 33, 40, 51, 64, 65, 101, 129, 255];

impl Names {
    /// The number of different groups of similar names that [`Names::of`] can make.
    pub(crate) const KINDS: u64 = 25 + (SEPARATORS.len() + WIDTHS.len()) as u64;

    /// Returns the group of names with this number. After the last group, counting continues at the first.
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

    /// Makes names for a store that builds a key by joining realm, owner and label with this separator. Such a store
    /// makes the same key for different names. Some of the names are also confused by a store that joins the parts
    /// without a separator.
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

    /// Makes names of `width` characters that differ only in the last character. One more name lacks this last
    /// character.
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

    /// Makes names from three different texts. A store confuses the three if it compares them with a collation, removes
    /// blanks, or reads them as patterns or numbers.
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

/// Groups of three texts that differ as bytes, but that a store can confuse. A text that is a valid realm is used as a
/// realm too.
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

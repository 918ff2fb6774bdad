//! Broken stores in which an index treats two different realms, owners or labels as equal.

use super::Case;
use crate::broken::keyed::{Index, Keyed};

fn cut(parts: &[&str], bytes: usize) -> String {
    parts.iter().map(|part| cut_one(part, bytes)).collect::<Vec<_>>().join("\u{0}")
}

fn cut_one(text: &str, bytes: usize) -> String {
    String::from_utf8_lossy(&text.as_bytes()[..text.len().min(bytes)]).into_owned()
}

fn each(parts: &[&str], change: fn(&str) -> String) -> String {
    parts.iter().map(|part| change(part)).collect::<Vec<_>>().join("\u{0}")
}

/// Removes the accents of a text. It removes only the accents that occur in the tests.
fn plain(text: &str) -> String {
    text.replace('\u{301}', "").replace('\u{e9}', "e")
}

macro_rules! keyed {
    ($($index:ident => $check:ident),*: $what:literal, $alike:expr) => {
        [$(Case {
            name: concat!(stringify!($index), $what),
            make: || std::sync::Arc::new(Keyed { alike: $alike, index: Index::$index }),
            caught_by: stringify!($check),
        }),*]
    };
}

/// Makes broken stores. Each of them has the flaw that one index treats two different keys as equal. The arguments are
/// three lists of functions, each of which confuses keys in one way:
///
/// - functions that make a text from the parts of a key, and make the same text for some different owners. A store is
///   made for each index except `Index::Kinds`, whose keys contain no owner.
/// - functions that make a text from the parts of a key, and make the same text for some different owners and for some
///   different realms. A store is made for each index.
/// - functions that compare two keys, and return true for some different keys. A store is made for each index.
macro_rules! on_every_index {
    ({ $($joined:literal: $key:expr;)* } { $($each:literal: $each_key:expr;)* } { $($scan:literal: $alike:expr;)* }) => {{
        let mut all = Vec::new();
        $(all.extend(of_owners!($joined, |own, other| {
            let key: fn(&[&str]) -> String = $key;
            key(own) == key(other)
        }));)*
        $(all.extend(of_owners!($each, |own, other| {
            let key: fn(&[&str]) -> String = $each_key;
            key(own) == key(other)
        }));
        all.extend(keyed!(Kinds => realms_are_apart: $each, |own, other| {
            let key: fn(&[&str]) -> String = $each_key;
            key(own) == key(other)
        }));)*
        $(all.extend(of_owners!($scan, $alike));
        all.extend(keyed!(Kinds => realms_are_apart: $scan, $alike));)*
        all
    }};
}

macro_rules! of_owners {
    ($what:literal, $alike:expr) => {
        keyed!(
            Labels => get_is_exact, Relabels => get_is_exact, Lists => get_is_exact, Revocations => realms_are_apart,
            Families => realms_are_apart, Caps => realms_are_apart, Paces => realms_are_apart,
            Rooms => realms_are_apart: $what, $alike
        )
    };
}

pub(super) fn names() -> Vec<Case> {
    on_every_index! {
        {
            "JoinedBySlash": |parts| parts.join("/");
            "JoinedByColon": |parts| parts.join(":");
            "JoinedByBar": |parts| parts.join("|");
            "JoinedByDot": |parts| parts.join(".");
            "JoinedByTwoColons": |parts| parts.join("::");
            "JoinedByNothing": |parts| parts.concat();
            "JoinedAndCutAt32": |parts| cut_one(&parts.join("\u{0}"), 32);
            // These three cannot confuse two realms, because realms contain no blanks and only ASCII letters.
            "Trimmed": |parts| each(parts, |part| part.trim_end().into());
            "WithoutAccents": |parts| each(parts, plain);
            "InAsciiOnly": |parts| each(parts, |part| {
                part.chars().map(|letter| if letter.is_ascii() { letter } else { '?' }).collect()
            });
        }
        {
            "CutAt8": |parts| cut(parts, 8);
            "CutAt16": |parts| cut(parts, 16);
            "CutAt32": |parts| cut(parts, 32);
            "CutAt64": |parts| cut(parts, 64);
            "CutAt128": |parts| cut(parts, 128);
            "CutAt254": |parts| cut(parts, 254);
            "WithoutCase": |parts| each(parts, str::to_lowercase);
        }
        {
            // Scans all keys that begin with the given key. The stored key has no mark of its end, so the scan also
            // finds longer keys.
            "ByPrefix": |own, other| other.join("\u{0}").starts_with(&own.join("\u{0}"));
        }
    }
}

//! Stores whose keys confuse two names.

use super::{Case, cases};
use crate::broken::keyed::{Index, Keyed};

fn cut(parts: &[&str], bytes: usize) -> String {
    let cut = |part: &&str| String::from_utf8_lossy(&part.as_bytes()[..part.len().min(bytes)]).into_owned();
    parts.iter().map(cut).collect::<Vec<_>>().join("\u{0}")
}

fn each(parts: &[&str], change: fn(&str) -> String) -> String {
    parts.iter().map(|part| change(part)).collect::<Vec<_>>().join("\u{0}")
}

/// Removes the accents of a text, for a few letters.
fn plain(text: &str) -> String {
    text.replace('\u{301}', "").replace('\u{e9}', "e")
}

macro_rules! on_every_index {
    ($($labels:ident $lists:ident $revocations:ident: $key:expr;)*) => {
        cases! {
            $(
                $labels => get_is_exact: Keyed($key, Index::Labels);
                $lists => get_is_exact: Keyed($key, Index::Lists);
                $revocations => realms_are_apart: Keyed($key, Index::Revocations);
            )*
        }
    };
}

pub(super) fn names() -> Vec<Case> {
    on_every_index! {
        LabelsJoinedBySlash ListsJoinedBySlash RevocationsJoinedBySlash: |parts| parts.join("/");
        LabelsJoinedByColon ListsJoinedByColon RevocationsJoinedByColon: |parts| parts.join(":");
        LabelsJoinedByBar ListsJoinedByBar RevocationsJoinedByBar: |parts| parts.join("|");
        LabelsJoinedByDot ListsJoinedByDot RevocationsJoinedByDot: |parts| parts.join(".");
        LabelsJoinedByNothing ListsJoinedByNothing RevocationsJoinedByNothing: |parts| parts.concat();
        LabelsCutAt32 ListsCutAt32 RevocationsCutAt32: |parts| cut(parts, 32);
        LabelsCutAt64 ListsCutAt64 RevocationsCutAt64: |parts| cut(parts, 64);
        LabelsCutAt254 ListsCutAt254 RevocationsCutAt254: |parts| cut(parts, 254);
        LabelsWithoutCase ListsWithoutCase RevocationsWithoutCase: |parts| each(parts, str::to_lowercase);
        LabelsTrimmed ListsTrimmed RevocationsTrimmed: |parts| each(parts, |part| part.trim_end().into());
        LabelsWithoutAccents ListsWithoutAccents RevocationsWithoutAccents: |parts| each(parts, plain);
        LabelsInAsciiOnly ListsInAsciiOnly RevocationsInAsciiOnly: |parts| each(parts, |part| {
            part.chars().map(|letter| if letter.is_ascii() { letter } else { '?' }).collect()
        });
    }
}

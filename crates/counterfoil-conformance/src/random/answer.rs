//! Answers of a store or of the model, in a form that can be compared. Also describes in words how two answers differ.

use std::fmt::Write as _;

use counterfoil::store::{Applied, FamilyParts, Inserted, Rotated, StoreError, TokenRecord};
use counterfoil::types::KeyId;

use crate::reference::{Fields, family_fields, fields, same};

/// An answer in a form that can be compared: one word such as `Done`, and the records or families that came with it.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    word: String,
    records: Vec<TokenRecord>,
    families: Vec<FamilyParts>,
}

/// Two answers are equal if their words are equal, and if their records and families are equal in every field.
impl PartialEq for Answer {
    fn eq(&self, other: &Self) -> bool {
        self.word == other.word
            && self.families == other.families
            && self.records.len() == other.records.len()
            && self.records.iter().zip(&other.records).all(|(one, other)| same(one, other))
    }
}

impl Answer {
    pub(super) fn word(word: impl Into<String>) -> Self {
        Self { word: word.into(), records: Vec::new(), families: Vec::new() }
    }

    fn with(word: &str, record: &TokenRecord) -> Self {
        Self { records: vec![record.clone()], ..Self::word(word) }
    }

    pub(super) fn record(record: Option<&TokenRecord>) -> Self {
        record.map_or_else(|| Self::word("None"), |record| Self::with("Some", record))
    }

    pub(super) fn applied(answer: &Applied) -> Self {
        match answer {
            Applied::Done(record) => Self::with("Done", record),
            Applied::Stale(record) => Self::with("Stale", record),
            other => Self::word(format!("{other:?}")),
        }
    }

    /// Makes the answer of an insert. The families that the insert ended are sorted, because the contract does not
    /// specify their order.
    pub(super) fn inserted(answer: Inserted) -> Self {
        match answer {
            Inserted::MadeRoom(mut ended) => {
                ended.sort_unstable();
                Self::word(format!("MadeRoom {ended:?}"))
            }
            other => Self::word(format!("{other:?}")),
        }
    }

    pub(super) fn rotated(answer: &Rotated) -> Self {
        match answer {
            Rotated::Stale(record) => Self::with("Stale", record),
            other => Self::word(format!("{other:?}")),
        }
    }

    /// Makes the answer of a listing from its records and the number of damaged rows that it reported. If `corrupt` is
    /// `None`, this number is not compared.
    pub(super) fn listed(records: &[TokenRecord], corrupt: Option<u64>) -> Self {
        let damaged = corrupt.map(|corrupt| format!(", {corrupt} damaged")).unwrap_or_default();
        Self { records: records.to_vec(), ..Self::word(format!("{} records{damaged}", records.len())) }
    }

    /// Makes the answer of a list of families from their rows and the number of damaged rows that it reported.
    pub(super) fn families(families: Vec<FamilyParts>, corrupt: u64) -> Self {
        let word = format!("{} families, {corrupt} damaged", families.len());
        Self { families, ..Self::word(word) }
    }

    pub(super) fn counted(mut census: Vec<(KeyId, u64)>) -> Self {
        census.retain(|(_, count)| *count > 0);
        census.sort_unstable();
        Self::word(format!("{census:?}"))
    }

    pub(super) fn error(error: &StoreError) -> Self {
        match error {
            StoreError::Corrupt { id: Some(id), .. } => Self::word(format!("Corrupt {id}")),
            StoreError::Corrupt { id: None, .. } => Self::word("Corrupt without an id"),
            other => Self::word(format!("{other:?}")),
        }
    }

    /// Returns the word of the answer, such as `Done`, `IdTaken` or `Corrupt`.
    #[cfg(test)]
    pub(super) fn kind(&self) -> &str {
        self.word.split([' ', '(']).next().unwrap_or_default()
    }
}

/// The largest number of differing fields that a message shows.
const FIELDS: usize = 8;

/// Describes how the answer `found` differs from the answer `wanted`. The text has up to three parts: the words of the
/// answers, such as `Done` and `Stale`; the ids of records or families that are missing, surplus or in another order;
/// and the fields in which two records or families with the same id differ. A part without a difference is left out.
pub(super) fn difference(wanted: &Answer, found: &Answer) -> String {
    let mut text = String::new();
    if wanted.word != found.word {
        text += &format!("  expected {}\n  got      {}\n", cut(&wanted.word), cut(&found.word));
    }
    let id = |fields: &Fields| fields.first().map(|(_, id)| id.clone()).unwrap_or_default();
    let of = |answer: &Answer| {
        let records = answer.records.iter().map(fields);
        records.chain(answer.families.iter().map(family_fields)).collect::<Vec<_>>()
    };
    let (wanted, found) = (of(wanted), of(found));
    let ids = |records: &[Fields]| records.iter().map(id).collect::<Vec<_>>();
    let (wanted_ids, found_ids) = (ids(&wanted), ids(&found));
    if wanted_ids != found_ids {
        text += &of_ids(&wanted_ids, &found_ids);
    }
    let mut lines = 0;
    for (record, id) in wanted.iter().zip(&wanted_ids) {
        let Some(index) = found_ids.iter().position(|found| found == id) else { continue };
        let differing = record.iter().zip(&found[index]).filter(|(one, other)| one != other);
        for ((field, wanted), (_, found)) in differing {
            lines += 1;
            if lines <= FIELDS {
                let (wanted, found) = around(wanted, found);
                let _ = writeln!(text, "  {id} {field}: expected {wanted}, got {found}");
            }
        }
    }
    if lines > FIELDS {
        let _ = writeln!(text, "  and {} more fields", lines - FIELDS);
    }
    text
}

fn of_ids(wanted: &[String], found: &[String]) -> String {
    let only = |of: &[String], other: &[String]| {
        let ids: Vec<&str> = of.iter().filter(|id| !other.contains(id)).map(String::as_str).take(4).collect();
        ids.join(", ")
    };
    let (missing, surplus) = (only(wanted, found), only(found, wanted));
    let mut text = String::new();
    if !missing.is_empty() {
        let _ = writeln!(text, "  missing: {missing}");
    }
    if !surplus.is_empty() {
        let _ = writeln!(text, "  too many: {surplus}");
    }
    if missing.is_empty() && surplus.is_empty() {
        let index = wanted.iter().zip(found).position(|(one, other)| one != other).unwrap_or(0);
        let at = |of: &[String]| of.get(index).cloned().unwrap_or_else(|| "the end".into());
        let _ = writeln!(text, "  in another order: at position {index} expected {}, got {}", at(wanted), at(found));
    }
    text
}

/// The largest number of characters of one value that a message shows.
const SHOWN: usize = 90;

/// Returns the text if it is short, and otherwise its first characters.
pub(super) fn cut(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.into();
    }
    format!("{}… ({} bytes)", text.chars().take(SHOWN).collect::<String>(), text.len())
}

/// Shortens both texts to a part around the first place at which they differ.
fn around(wanted: &str, found: &str) -> (String, String) {
    if wanted.chars().count().max(found.chars().count()) <= SHOWN {
        return (wanted.into(), found.into());
    }
    let same = wanted.chars().zip(found.chars()).take_while(|(one, other)| one == other).count();
    let from = |text: &str| {
        let skip = same.saturating_sub(8);
        let shown: String = text.chars().skip(skip).take(SHOWN / 2).collect();
        format!("{}{shown}… ({} bytes)", if skip > 0 { "…" } else { "" }, text.len())
    };
    (from(wanted), from(found))
}

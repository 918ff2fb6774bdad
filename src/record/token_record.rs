//! The stored record of a credential, combined with the row of its family.

use std::fmt;

use crate::record::family::FamilyParts;
use crate::record::family_body::FamilyBody;
use crate::record::record_parts::{NOTICED_MAX, RecordParts};
use crate::record::record_ref::RecordRef;
use crate::record::state::Revoked;
use crate::types::time::Timestamp;

/// The error for a stored record that cannot be decoded or contradicts itself. Valid writes never produce such a
/// record. A corrupt record is reported and never used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Corrupt {
    /// The record and the family row have different family ids, realms or owners.
    #[error("record and family row do not belong together")]
    Family,
    /// A column cannot be decoded.
    #[error("column {column} does not decode")]
    Column {
        /// The column's name.
        column: &'static str,
    },
    /// The states of a record contradict each other, for example a shrunk record that is not superseded.
    #[error("states contradict each other: {rule}")]
    States {
        /// The rule that the record breaks, in English.
        rule: &'static str,
    },
}

/// A record as a store returns it: the record's own fields and the row of its family.
///
/// [`TokenRecord::from_parts`] checks these rules:
///
/// - The record and the family have the same family id, realm and owner.
/// - The record's generation is at most the family's generation. If the record is superseded, its generation is
///   smaller.
/// - If the record is shrunk, it is superseded.
/// - `noticed` has at most eight entries.
#[derive(Clone)]
pub struct TokenRecord(Box<Joined>);

/// A record and its family in one value whose consistency was checked once.
#[derive(Clone)]
pub(crate) struct Joined {
    record: RecordParts,
    family: FamilyParts,
}

impl Joined {
    /// Combines a record and its family. Returns an error if they contradict each other.
    #[inline]
    pub(crate) fn new(record: RecordParts, family: FamilyParts) -> Result<Self, Corrupt> {
        consistent(RecordRef::whole(&record, &family), &family).map(|()| Self { record, family })
    }
}

/// The value of [`Joined::BLANK`] in memory. If the presented id is unknown, this record is verified instead, so that
/// the verification takes as long as for a known id.
pub(crate) static BLANK: Joined = Joined::BLANK;

impl Joined {
    /// An empty record. If a requested id is unknown, this record is copied instead, so that the read takes as long as
    /// for a known id.
    pub(crate) const BLANK: Self = Self { record: RecordParts::BLANK, family: FamilyParts::BLANK };

    /// Returns a reference to the record and its family.
    #[inline]
    pub(crate) const fn view(&self) -> RecordRef<'_> {
        RecordRef::whole(&self.record, &self.family)
    }

    /// Copies the record and its family into a [`TokenRecord`].
    #[inline]
    pub(crate) fn to_record(&self) -> TokenRecord {
        TokenRecord::copied(&self.record, &self.family)
    }
}

/// Checks the rules that [`TokenRecord`] lists. `record` must have `family` as its family.
pub(crate) fn consistent(record: RecordRef<'_>, family: &FamilyParts) -> Result<(), Corrupt> {
    let owns = (record.realm(), record.owner()) == (family.realm.as_str(), family.owner.as_str());
    if record.id().family() != family.id || !owns {
        return Err(Corrupt::Family);
    }
    if record.is_shrunk() && record.superseded().is_none() {
        return Err(Corrupt::States { rule: "a shrunk record is superseded" });
    }
    if record.generation() > family.generation {
        return Err(Corrupt::States { rule: "no record is newer than its family" });
    }
    if record.superseded().is_some() && record.generation() == family.generation {
        return Err(Corrupt::States { rule: "a superseded record is older than its family" });
    }
    if record.noticed().len() > NOTICED_MAX {
        return Err(Corrupt::States { rule: "at most eight notices are remembered" });
    }
    Ok(())
}

/// The revocation of a record or of its family. If both are revoked, the earlier revocation.
pub(crate) fn joined_revocation(record: Option<Revoked>, family: Option<Revoked>) -> Option<Revoked> {
    match (record, family) {
        (Some(own), Some(family)) => Some(if own.at <= family.at { own } else { family }),
        (own, family) => own.or(family),
    }
}

impl TokenRecord {
    /// Combines a record and a family row that a store has read.
    ///
    /// # Errors
    ///
    /// [`Corrupt`] if the parts contradict each other.
    pub fn from_parts(record: RecordParts, family: FamilyParts) -> Result<Self, Corrupt> {
        Joined::new(record, family).map(|joined| Self(Box::new(joined)))
    }

    /// Splits the value into the record and the family row.
    #[must_use]
    pub fn into_parts(self) -> (RecordParts, FamilyParts) {
        let Joined { record, family } = *self.0;
        (record, family)
    }

    /// Copies a record and its family. The caller has checked that they belong together.
    #[inline]
    pub(crate) fn copied(record: &RecordParts, family: &FamilyParts) -> Self {
        // The fields are copied one by one, because cloning and moving makes two more copies (see the `authenticate`
        // bench).
        let mut copy = Box::new(Joined::BLANK);
        record.copy_into(&mut copy.record);
        family.copy_into(&mut copy.family);
        Self(copy)
    }

    /// Combines a record and its family. The caller has checked that they belong together.
    #[cfg(feature = "memory")]
    pub(crate) fn checked(record: RecordParts, family: FamilyParts) -> Self {
        Self(Box::new(Joined { record, family }))
    }

    /// Returns a view of the record, without a copy.
    #[must_use]
    pub fn view(&self) -> RecordRef<'_> {
        RecordRef::whole(&self.0.record, &self.0.family)
    }

    /// The record's own fields, without those of its family.
    #[must_use]
    pub fn record(&self) -> &RecordParts {
        &self.0.record
    }

    /// The row of the family.
    #[must_use]
    pub fn family(&self) -> &FamilyParts {
        &self.0.family
    }

    /// What the family is for.
    #[must_use]
    pub fn body(&self) -> &FamilyBody {
        &self.0.family.body
    }

    /// The revocation of the record or of its family. If both are revoked, returns the earlier revocation.
    #[must_use]
    pub fn revoked(&self) -> Option<Revoked> {
        joined_revocation(self.0.record.revoked, self.0.family.revoked)
    }

    /// The instant from which the record may be purged. `None` if it has no end yet. If the family is revoked, it is
    /// the `gone_at` of the family. Otherwise it is the record's own `gone_at`.
    #[must_use]
    pub fn gone_at(&self) -> Option<Timestamp> {
        self.0.family.gone_at_of(&self.0.record)
    }

    /// Whether the record belongs to the newest generation of its family, so that no rotation has happened after its
    /// creation.
    #[must_use]
    pub fn is_newest(&self) -> bool {
        self.0.record.generation == self.0.family.generation
    }
}

impl fmt::Debug for TokenRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRecord").field("record", &self.0.record).field("family", &self.0.family).finish()
    }
}

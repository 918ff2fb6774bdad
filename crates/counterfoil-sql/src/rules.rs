//! What both dialects ask of records before they write, in words that need no database.

use counterfoil::store::{Corrupt, FamilyParts, NewRecord, RecordParts, Step, StoreError};
use counterfoil::{RecordId, Ts};

/// Refuses new records that every later read would call corrupt: a mistake of the caller, and nothing is written.
pub(crate) fn belong(new: &[NewRecord], family: &FamilyParts) -> Result<(), StoreError> {
    for new in new {
        let at_home = new.id.family() == family.id && new.realm == family.realm && new.owner == family.owner;
        if !at_home {
            return Err(StoreError::corrupt(Some(new.id), Corrupt::Family));
        }
        if new.generation > family.generation {
            let rule = "no record is newer than its family";
            return Err(StoreError::corrupt(Some(new.id), Corrupt::States { rule }));
        }
    }
    Ok(())
}

/// Whether the record, or its family, is revoked.
pub(crate) fn reads_as_revoked(record: &RecordParts, family: &FamilyParts) -> bool {
    record.revoked.is_some() || family.revoked.is_some()
}

/// Whether the parent is as the step expects it.
pub(crate) fn fits(parent: &RecordParts, step: &Step, now: Ts) -> bool {
    parent.superseded.is_none()
        && match step {
            Step::Supersede { expect, .. } => parent.version == *expect,
            Step::Slide { .. } => !parent.expires_at.is_some_and(|expires_at| now.reached(expires_at)),
        }
}

/// The successor among the new records.
pub(crate) fn successor<'a>(new: &'a [NewRecord], id: &RecordId) -> Result<&'a NewRecord, StoreError> {
    new.iter().find(|new| new.id == *id).ok_or_else(|| {
        let rule = "the successor is among the new records";
        StoreError::corrupt(Some(*id), Corrupt::States { rule })
    })
}

/// Whether the family's `live_until` and `gone_at` follow this record's: the newest of the chain, and no access token beside it.
#[cfg(feature = "sqlite")]
pub(crate) fn leads(record: &RecordParts, family: &FamilyParts) -> bool {
    record.kind == family.kind && record.generation == family.generation
}

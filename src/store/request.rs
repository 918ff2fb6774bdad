//! Checks whether requests contradict themselves (clause 48 of the store contract). Every store calls these checks
//! before it reads or writes.

use crate::record::family::FamilyParts;
use crate::record::record_parts::NewRecord;
use crate::store::change::ParentUpdate;
use crate::store::error::StoreError;
use crate::store::insert::InsertInto;
use crate::token::draw::shard;
use crate::types::ids::{FamilyId, RecordId};

const EMPTY: &str = "an insert has a record";
const FAMILY: &str = "a new record is of the family it goes into";
const OWNER: &str = "a new record has the realm and owner of its family";
const ONCE: &str = "each id is new once";
const NEWER: &str = "no record is of a newer generation than its family";
const SUCCESSOR: &str = "the successor is among the new records";
const SHARD: &str = "the first byte of an id is its owner's shard";

/// Checks that an insert is consistent.
///
/// # Errors
///
/// [`StoreError::Invalid`] with the broken rule. These are the rules:
///
/// - An insert has at least one record.
/// - No id occurs twice among the new records.
/// - All new records belong to the family into which they are inserted, and have one realm and one owner. If the family
///   is new, they have the realm and the owner of the family.
/// - No new record has a newer generation than the family.
/// - The first byte of a new family's id is the shard of its owner.
pub fn check_insert(home: InsertInto<'_>, new: &[NewRecord]) -> Result<(), StoreError> {
    const OP: &str = "insert";
    let Some(first) = new.first() else { return Err(StoreError::invalid(OP, EMPTY)) };
    let (family, generation, realm, owner) = match home {
        InsertInto::Found { family, .. } => (family.id, 0, &family.realm, &family.owner),
        InsertInto::Join { family, generation, .. } => (family, generation, &first.realm, &first.owner),
    };
    if matches!(home, InsertInto::Found { .. }) && family.shard() != shard(realm, owner) {
        return Err(StoreError::invalid(OP, SHARD));
    }
    if !new.iter().all(|new| new.realm == *realm && new.owner == *owner) {
        return Err(StoreError::invalid(OP, OWNER));
    }
    check_new(OP, new, family)?;
    check_generation(OP, new, generation)
}

/// Checks that a rotation is consistent. Returns the successor, if the rotation has one.
///
/// # Errors
///
/// [`StoreError::Invalid`] with the broken rule. These are the rules:
///
/// - No id occurs twice among the new records.
/// - All new records have the family of the parent, one realm and one owner.
/// - The successor is one of the new records.
pub fn check_rotate<'a>(
    parent: &RecordId,
    step: &ParentUpdate,
    new: &'a [NewRecord],
) -> Result<Option<&'a NewRecord>, StoreError> {
    const OP: &str = "rotate";
    let successor = match step {
        ParentUpdate::Supersede { successor, .. } => {
            let found = new.iter().find(|new| new.id == *successor);
            Some(found.ok_or_else(|| StoreError::invalid(OP, SUCCESSOR))?)
        }
        ParentUpdate::Slide { .. } => None,
    };
    if !new.windows(2).all(|two| two[0].realm == two[1].realm && two[0].owner == two[1].owner) {
        return Err(StoreError::invalid(OP, OWNER));
    }
    check_new(OP, new, parent.family())?;
    Ok(successor)
}

/// Checks that new records fit the row of their family. For a rotation, `family` must already have the new generation.
/// A store can call this only after it has read the row.
///
/// # Errors
///
/// [`StoreError::Invalid`] if a record has a different realm or owner than the family, or a newer generation.
pub fn check_members(op: &'static str, new: &[NewRecord], family: &FamilyParts) -> Result<(), StoreError> {
    if !new.iter().all(|new| new.realm == family.realm && new.owner == family.owner) {
        return Err(StoreError::invalid(op, OWNER));
    }
    check_generation(op, new, family.generation)
}

fn check_new(op: &'static str, new: &[NewRecord], family: FamilyId) -> Result<(), StoreError> {
    if !new.iter().all(|new| new.id.family() == family) {
        return Err(StoreError::invalid(op, FAMILY));
    }
    let twice = |place: usize, id: &RecordId| new.iter().take(place).any(|earlier| earlier.id == *id);
    if new.iter().enumerate().any(|(place, new)| twice(place, &new.id)) {
        return Err(StoreError::invalid(op, ONCE));
    }
    Ok(())
}

fn check_generation(op: &'static str, new: &[NewRecord], most: u64) -> Result<(), StoreError> {
    if new.iter().any(|new| new.generation > most) {
        return Err(StoreError::invalid(op, NEWER));
    }
    Ok(())
}

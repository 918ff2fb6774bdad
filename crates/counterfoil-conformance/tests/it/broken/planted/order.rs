//! Broken stores that report the wrong one of two refusals. There is one broken store for each pair of refusals that
//! can apply to the same call.

use counterfoil::Timestamp;
use counterfoil::store::{InsertInto, Inserted, NewRecord, ParentUpdate, Rotated, TokenStore};
use counterfoil::types::{FamilyId, RecordId};
use counterfoil_conformance::reference::Model;

use super::Case;
use crate::broken::overrides;

/// The refusals, in the order in which a store must check them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Refusal {
    Ended,
    /// The parent is superseded, has another version than the expected one, or (for a slide) has expired. Only
    /// rotations are refused for this reason.
    Stale,
    Id,
    Label,
    Moved,
    OwnerFull,
    Pace,
    FamilyFull,
}
use Refusal::*;

/// A broken store. If both of these refusals apply to a call, it reports the second one, although it must report the
/// first.
struct Swapped(Refusal, Refusal);

fn of_insert(answer: &Inserted) -> Option<Refusal> {
    Some(match answer {
        Inserted::FamilyEnded => Ended,
        Inserted::IdTaken(_) => Id,
        Inserted::LabelTaken(_) => Label,
        Inserted::FamilyMoved => Moved,
        Inserted::OwnerFull => OwnerFull,
        Inserted::PaceReached { .. } => Pace,
        Inserted::FamilyFull { .. } => FamilyFull,
        Inserted::Done | Inserted::MadeRoom(_) => return None,
    })
}

fn of_rotation(answer: &Rotated) -> Option<Refusal> {
    Some(match answer {
        Rotated::FamilyEnded => Ended,
        Rotated::Stale(_) => Stale,
        Rotated::IdTaken(_) => Id,
        Rotated::LabelLost => Label,
        Rotated::OwnerFull => OwnerFull,
        Rotated::PaceReached { .. } => Pace,
        Rotated::FamilyFull { .. } => FamilyFull,
        Rotated::Done | Rotated::Missing => return None,
    })
}

/// Returns copies of the records with ids that no stored record has.
fn fresh(new: &[NewRecord]) -> Vec<NewRecord> {
    let id = |number: usize| {
        let mut bytes = [0xee; 16];
        bytes[8..].copy_from_slice(&number.to_be_bytes());
        RecordId::from_bytes(bytes)
    };
    new.iter().enumerate().map(|(number, new)| new.clone().with_id(id(number))).collect()
}

/// Makes the family and its members live again, as if they had never been revoked.
fn revive(model: &mut Model, family: FamilyId) {
    model.family_mut(family).into_iter().for_each(|family| family.revoked = None);
    let members = model.records.iter_mut().filter(|record| record.id.family() == family);
    members.for_each(|record| record.revoked = None);
}

/// Returns the answer to an insert that no refusal before `than` can stop. For each refusal that comes before `than` in
/// the order of [`Refusal`], the function removes its cause: it changes the request, or its own copy of the model.
fn insert_without_earlier(
    mut model: Model,
    home: InsertInto<'_>,
    new: &[NewRecord],
    now: Timestamp,
    than: Refusal,
) -> Inserted {
    let renamed = if than > Id { fresh(new) } else { new.to_vec() };
    match home {
        InsertInto::Found { family, cap, pace } => {
            let mut family = family.clone();
            if than > Id {
                family.id = FamilyId::from_bytes([0xee; 10]);
            }
            if than > Label {
                family.label_key = None;
            }
            let cap = cap.filter(|_| than <= OwnerFull);
            model.insert(InsertInto::Found { family: &family, cap, pace }, &renamed, now)
        }
        InsertInto::Join { family, generation, access_cap } => {
            if than > Ended {
                revive(&mut model, family);
            }
            let stands = model.family(family).map(|family| family.generation).filter(|_| than > Moved);
            let generation = stands.unwrap_or(generation);
            model.insert(InsertInto::Join { family, generation, access_cap }, &renamed, now)
        }
    }
}

/// Returns the answer to a rotation after the causes of some refusals were removed. These are the refusals that come
/// before `than` in the order of [`Refusal`]. To remove their causes, the function changes the request and its own copy
/// of the model. Returns `None` if the changed rotation fails with an error.
fn rotation_without_earlier(
    mut model: Model,
    parent: &RecordId,
    step: &ParentUpdate,
    new: &[NewRecord],
    now: Timestamp,
    than: Refusal,
) -> Option<Rotated> {
    let (mut step, renamed) = (*step, if than > Id { fresh(new) } else { new.to_vec() });
    if than > Ended {
        revive(&mut model, parent.family());
    }
    if let Some(record) = model.record_mut(parent).filter(|_| than > Stale) {
        record.superseded = None;
        match &mut step {
            ParentUpdate::Supersede { expect, .. } => *expect = record.version,
            ParentUpdate::Slide { .. } => record.expires_at = None,
        }
    }
    if let ParentUpdate::Supersede { labelled, cap, pace, .. } = &mut step {
        *labelled &= than <= Label;
        *cap = cap.filter(|_| than <= OwnerFull);
        *pace = pace.filter(|_| than <= Pace);
    }
    model.rotate(parent, &step, &renamed, now).ok()
}

overrides!(
    Swapped,
    self,
    insert,
    |inner, home, new, now| {
        let model = inner.with(|model| model.clone());
        if of_insert(&model.clone().insert(home, new, now)) == Some(self.0) {
            let other = insert_without_earlier(model, home, new, now, self.1);
            if of_insert(&other) == Some(self.1) {
                return Ok(other);
            }
        }
        inner.insert(home, new, now).await
    },
    rotate,
    |inner, parent, step, new, now| {
        let model = inner.with(|model| model.clone());
        if model.clone().rotate(parent, step, new, now).is_ok_and(|answer| of_rotation(&answer) == Some(self.0)) {
            let other = rotation_without_earlier(model, parent, step, new, now, self.1);
            if let Some(other) = other.filter(|other| of_rotation(other) == Some(self.1)) {
                return Ok(other);
            }
        }
        inner.rotate(parent, step, new, now).await
    }
);

macro_rules! swapped {
    ($($later:ident before $earlier:ident,)*) => {
        vec![$(Case {
            name: concat!(stringify!($later), " before ", stringify!($earlier)),
            make: || std::sync::Arc::new(Swapped($earlier, $later)),
            caught_by: "refusals_come_in_order",
        }),*]
    };
}

pub(super) fn orders() -> Vec<Case> {
    swapped! {
        Label before Id,
        OwnerFull before Id,
        Pace before Id,
        OwnerFull before Label,
        Pace before Label,
        Pace before OwnerFull,
        Id before Ended,
        Moved before Ended,
        FamilyFull before Ended,
        Moved before Id,
        FamilyFull before Id,
        FamilyFull before Moved,
        Stale before Ended,
        Pace before Ended,
        Id before Stale,
        Pace before Stale,
        FamilyFull before Stale,
        Label before Ended,
        Label before Stale,
        OwnerFull before Ended,
        OwnerFull before Stale,
        FamilyFull before Label,
        FamilyFull before OwnerFull,
        FamilyFull before Pace,
    }
}

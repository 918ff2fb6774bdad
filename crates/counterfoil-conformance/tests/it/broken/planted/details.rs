//! Broken stores that lose the details of a family, mix them, or accept them from a record that must not change them.

use counterfoil::store::{
    Applied, Change, FamilyDetails, FamilyParts, InsertInto, ParentUpdate, RecordParts, Revoke, TokenRecord, TokenStore,
};
use counterfoil::types::FamilyId;
use counterfoil_conformance::reference::Model;
use counterfoil_conformance::sample::edit_details;

use super::{Case, cases};
use crate::broken::keeping::Keeping;
use crate::broken::overrides;
use crate::broken::states::{Done, Read, Then};

/// A broken store that executes edits of the details with this function. If the function returns `None`, the call is
/// executed correctly.
struct Editing(fn(&mut Model, &Edit<'_>) -> Option<Applied>);

/// The arguments of an edit of the details.
struct Edit<'a> {
    id: &'a counterfoil::types::RecordId,
    expect: counterfoil::types::Version,
    change: &'a Change,
    now: counterfoil::Timestamp,
}

impl Edit<'_> {
    fn applied(&self, model: &mut Model, change: &Change) -> Option<Applied> {
        model.apply(self.id, self.expect, change, self.now).ok()
    }

    fn details(&self) -> Option<FamilyDetails> {
        let Change::Edit { details: Some(Some(details)), .. } = self.change else { return None };
        Some((**details).clone())
    }
}

overrides!(Editing, self, apply, |inner, id, expect, change, now| {
    let asked = Edit { id, expect, change, now };
    let edits = matches!(change, Change::Edit { details: Some(_), .. });
    match edits.then(|| inner.with(|model| (self.0)(model, &asked))).flatten() {
        Some(answer) => Ok(answer),
        None => inner.apply(id, expect, change, now).await,
    }
});

/// Removes the details of a family.
fn lose(model: &mut Model, family: FamilyId) {
    model.family_mut(family).into_iter().for_each(|family| family.details = None);
}

/// After an edit, writes the details of the edit to the family of the record. Does this only if `accepts` returns true
/// for the record and the family as they are after the edit.
fn take(model: &mut Model, done: &Done<'_>, accepts: fn(&RecordParts, &FamilyParts) -> bool) {
    let Done::Apply(id, Change::Edit { details: Some(details), .. }) = done else { return };
    let rows = model.record(id).zip(model.family(id.family()));
    if rows.is_some_and(|(record, family)| accepts(record, family)) {
        model.family_mut(id.family()).into_iter().for_each(|family| family.details.clone_from(details));
    }
}

/// Returns a copy of the edit `change` that sets these details, or that removes the family's details if `details` is
/// `None`. A change that is not an edit is copied as it is.
fn with_details(change: &Change, details: Option<FamilyDetails>) -> Change {
    let Change::Edit { label, description, scope, .. } = change else { return change.clone() };
    let (label, description, scope) = (label.clone(), description.clone(), scope.clone());
    Change::Edit { label, description, scope, details: Some(details.map(Box::new)) }
}

pub(super) fn details() -> Vec<Case> {
    let mut all = lost();
    all.extend(by_others());
    all.extend(mixed());
    all
}

fn lost() -> Vec<Case> {
    cases! {
        RotationLosesDetails => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Rotate(id, ParentUpdate::Supersede { .. }) = done {
                lose(model, id.family());
            }
        });
        SlideLosesDetails => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Rotate(id, ParentUpdate::Slide { .. }) = done {
                lose(model, id.family());
            }
        });
        RevocationLosesDetails => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Revoke(Revoke::Family { family, .. }, _) = done {
                lose(model, *family);
            }
        });
        RevocationOfOneLosesDetails => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Revoke(Revoke::One(id), _) = done {
                lose(model, id.family());
            }
        });
        RevocationOfAllLosesDetails => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Revoke(Revoke::Owner { .. }, _) = done {
                let ended = model.families.iter_mut().filter(|family| family.revoked.is_some());
                ended.for_each(|family| family.details = None);
            }
        });
        RelabelLosesDetails => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Apply(id, Change::Edit { label: Some(_), details: None, .. }) = done {
                lose(model, id.family());
            }
        });
        RekeyLosesDetails => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Apply(id, Change::Rekey { .. }) = done {
                lose(model, id.family());
            }
        });
        ExpiryLosesDetails => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Apply(id, Change::Expiry { .. }) = done {
                lose(model, id.family());
            }
        });
        EndLosesDetails => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Apply(id, Change::End { .. }) = done {
                lose(model, id.family());
            }
        });
        DescriptionLosesDetails => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Apply(id, Change::Edit { label: None, details: None, .. }) = done {
                lose(model, id.family());
            }
        });
        TouchLosesDetails => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Touch(seen) = done {
                seen.iter().for_each(|(id, _)| lose(model, id.family()));
            }
        });
        SettlementLosesDetails => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Settle(id, _) = done {
                lose(model, id.family());
            }
        });
        JoinLosesDetails => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Insert(InsertInto::Join { family, .. }) = done {
                lose(model, *family);
            }
        });
        InsertLosesDetails => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Insert(InsertInto::Found { family, .. }) = done {
                lose(model, family.id);
            }
        });
        ShrinkingLosesDetails => details_follow_the_newest: Then(|before, model, done| {
            let Done::Purge(..) = done else { return };
            let was_whole = |record: &RecordParts| before.record(&record.id).is_some_and(|old| !old.shrunk);
            let shrunk = model.records.iter().filter(|record| record.shrunk && was_whole(record));
            let families: Vec<FamilyId> = shrunk.map(|record| record.id.family()).collect();
            families.into_iter().for_each(|family| lose(model, family));
        });
        LossOfTheLabelLosesDetails => details_follow_the_newest: Then(|before, model, done| {
            let Done::Insert(InsertInto::Found { .. }) = done else { return };
            for family in &mut model.families {
                let had = before.family(family.id).is_some_and(|old| old.label_key.is_some());
                if had && family.label_key.is_none() && family.revoked.is_none() {
                    family.details = None;
                }
            }
        });
        MakingRoomLosesDetails => details_follow_the_newest: Then(|before, model, done| {
            let Done::Insert(InsertInto::Found { .. }) = done else { return };
            for family in &mut model.families {
                if family.revoked.is_some() && before.family(family.id).is_some_and(|old| old.revoked.is_none()) {
                    family.details = None;
                }
            }
        });
        SessionsKeepNoDetails => details_follow_the_newest: Keeping(|_, family| {
            if family.kind == counterfoil::types::TokenKind::ConsoleSession {
                family.details = None;
            }
        });
    }
}

fn by_others() -> Vec<Case> {
    cases! {
        DetailsByASupersededRecord => details_follow_the_newest: Then(|_, model, done| {
            take(model, done, |record, family| {
                record.superseded.is_some() && !record.shrunk && family.kind == record.kind
            });
        });
        DetailsByAShrunkRecord => details_follow_the_newest: Then(|_, model, done| {
            take(model, done, |record, family| record.shrunk && family.revoked.is_none());
        });
        DetailsByAnAccessToken => details_follow_the_newest: Then(|_, model, done| {
            take(model, done, |record, family| family.kind != record.kind);
        });
        DetailsByARevokedRecord => details_follow_the_newest: Then(|_, model, done| {
            take(model, done, |record, _| record.revoked.is_some());
        });
        DetailsOfARevokedFamily => details_follow_the_newest: Then(|_, model, done| {
            take(model, done, |_, family| family.revoked.is_some());
        });
        DetailsWithoutTheVersion => details_follow_the_newest: Then(|_, model, done| {
            take(model, done, |record, family| {
                record.kind == family.kind && record.superseded.is_none() && family.revoked.is_none()
            });
        });
        RefusedDetailsLeaveTheRest => details_follow_the_newest: Editing(|model, asked| {
            let refused = asked.applied(&mut model.clone(), asked.change)?;
            let Applied::Stale(_) = refused else { return None };
            let Change::Edit { label, description, scope, .. } = asked.change.clone() else { return None };
            let rest = Change::Edit { label, description, scope, details: None };
            let _ = asked.applied(model, &rest);
            Some(refused)
        });
        TakenLabelsLeaveTheDetails => details_follow_the_newest: Editing(|model, asked| {
            let refused = asked.applied(&mut model.clone(), asked.change)?;
            let Applied::LabelTaken(_) = refused else { return None };
            let _ = asked.applied(model, &with_details(&edit_details(None), asked.details()));
            Some(refused)
        });
    }
}

fn mixed() -> Vec<Case> {
    cases! {
        DetailsAreNeverRemoved => details_follow_the_newest: Editing(|model, asked| {
            let change = asked.change.clone();
            let Change::Edit { label, description, scope, details: Some(None) } = change else { return None };
            asked.applied(model, &Change::Edit { label, description, scope, details: None })
        });
        DetailsWithoutContentStay => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Apply(id, Change::Edit { details: Some(Some(details)), .. }) = done {
                model.family_mut(id.family()).into_iter().for_each(|family| family.details = Some(details.clone()));
            }
        });
        NoDetailsRemoveThem => details_follow_the_newest: Then(|_, model, done| {
            if let Done::Apply(id, Change::Edit { details: None, description: Some(_), .. }) = done {
                lose(model, id.family());
            }
        });
        DetailsAreJoined => details_follow_the_newest: Editing(|model, asked| {
            let (mut new, family) = (asked.details()?, model.family(asked.id.family())?);
            let old = family.details.as_deref().cloned().unwrap_or_default();
            new.allowed_sources = new.allowed_sources.or(old.allowed_sources);
            new.metadata = new.metadata.or(old.metadata);
            new.device = new.device.or(old.device);
            asked.applied(model, &with_details(asked.change, Some(new)))
        });
        TheFirstDetailsStay => details_follow_the_newest: Editing(|model, asked| {
            let old = model.family(asked.id.family())?.details.as_deref().cloned()?;
            asked.details().and_then(|_| asked.applied(model, &with_details(asked.change, Some(old))))
        });
        DetailsMoveNoVersion => details_follow_the_newest: Editing(|model, asked| {
            let Applied::Done(_) = asked.applied(model, asked.change)? else { return None };
            model.record_mut(asked.id)?.version = asked.expect;
            model.get(asked.id).ok().flatten().map(Applied::Done)
        });
        DoneCarriesTheOldDetails => details_follow_the_newest: Editing(|model, asked| {
            let old = model.family(asked.id.family())?.clone();
            let Applied::Done(done) = asked.applied(&mut model.clone(), asked.change)? else { return None };
            let _ = asked.applied(model, asked.change);
            TokenRecord::from_parts(done.into_parts().0, old).ok().map(Applied::Done)
        });
        DetailsOfTheNewestAlone => details_follow_the_newest: Read(|found| {
            Ok(found?.map(|record| {
                let newest = record.is_newest() && record.record().kind == record.family().kind;
                let (own, mut family) = record.clone().into_parts();
                family.details = family.details.filter(|_| newest);
                TokenRecord::from_parts(own, family).unwrap_or(record)
            }))
        });
        DetailsOfTheFirstGeneration => details_follow_the_newest: Editing(|model, asked| {
            let generation = model.family(asked.id.family())?.generation;
            (generation > 0).then(|| model.get(asked.id).ok().flatten().map(Applied::Stale)).flatten()
        });
    }
}

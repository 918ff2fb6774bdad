//! Broken stores whose changes and rotations write too many or too few fields.

use counterfoil::store::{Change, InsertInto, NoticeMark, ParentUpdate};
use counterfoil::types::{RecordId, TokenKind};
use counterfoil_conformance::reference::Model;

use super::states::restore;
use super::{Case, cases};
use crate::broken::states::{Done, Then};

fn newest(model: &mut Model, of: &RecordId) -> Option<RecordId> {
    let generation = model.family(of.family())?.generation;
    let of_chain = |id: &RecordId, of: &RecordId| id.family() == of.family();
    let chain = model.records.iter().filter(|record| of_chain(&record.id, of) && record.kind != TokenKind::AccessToken);
    chain.into_iter().find(|record| record.generation == generation).map(|record| record.id)
}

pub(super) fn changes() -> Vec<Case> {
    cases! {
        ExpiryOfAccessMovesTheFamily => apply_needs_the_version: Then(|_, model, done| {
            let Done::Apply(id, Change::Expiry { expires_at, gone_at, .. }) = done else { return };
            if model.record(id).is_some_and(|record| record.kind == TokenKind::AccessToken)
                && let Some(family) = model.family_mut(id.family())
            {
                (family.live_until, family.gone_at) = (*expires_at, *gone_at);
            }
        });
        ExpiryOfAnOldHalfMovesTheFamily => apply_needs_the_version: Then(|_, model, done| {
            let Done::Apply(id, Change::Expiry { expires_at, gone_at, .. }) = done else { return };
            let old = model.record(id).is_some_and(|record| record.superseded.is_some() && !record.shrunk);
            if let Some(family) = model.family_mut(id.family()).filter(|_| old) {
                (family.live_until, family.gone_at) = (*expires_at, *gone_at);
            }
        });
        RelabelOfAnOldHalfWritesTheNewest => apply_needs_the_version: Then(|before, model, done| {
            let Done::Apply(id, Change::Edit { label: Some(relabel), .. }) = done else { return };
            if let (Some(old), Some(newest)) = (before.record(id), newest(model, id))
                && old.superseded.is_some()
                && !old.shrunk
            {
                model.record_mut(id).into_iter().for_each(|record| record.label.clone_from(&old.label));
                model.record_mut(&newest).into_iter().for_each(|record| record.label = Some(relabel.label.clone()));
            }
        });
        RelabelOfAnOldHalfLeavesTheKey => apply_needs_the_version: Then(|before, model, done| {
            let Done::Apply(id, Change::Edit { label: Some(_), .. }) = done else { return };
            if before.record(id).is_some_and(|record| record.superseded.is_some()) {
                restore(before, model, |family| family.id == id.family());
            }
        });
        EditWithoutAScopeDropsIt => apply_needs_the_version: Then(|_, model, done| {
            let Done::Apply(id, Change::Edit { scope: None, .. }) = done else { return };
            model.record_mut(id).into_iter().for_each(|record| record.scope = None);
        });
        ExpiryForgetsWhenItWasSet => apply_needs_the_version: Then(|before, model, done| {
            let Done::Apply(id, Change::Expiry { .. }) = done else { return };
            if let (Some(old), Some(record)) = (before.record(id), model.record_mut(id)) {
                record.expiry_set_at = old.expiry_set_at;
            }
        });
        ExpiryKeepsAnOldNotice => apply_needs_the_version: Then(|before, model, done| {
            let Done::Apply(id, Change::Expiry { notice: None, .. }) = done else { return };
            if let (Some(old), Some(record)) = (before.record(id), model.record_mut(id)) {
                record.notice = old.notice.or(Some(NoticeMark { at: record.created_at, stage: 0 }));
            }
        });
        RekeyMovesNoVersion => apply_needs_the_version: Then(|before, model, done| {
            let Done::Apply(id, Change::Rekey { .. }) = done else { return };
            if let (Some(old), Some(record)) = (before.record(id), model.record_mut(id)) {
                record.version = old.version;
            }
        });
        EndMovesAnEndThatIsSet => apply_needs_the_version: Then(|_, model, done| {
            let Done::Apply(id, Change::End { gone_at, .. }) = done else { return };
            let of = model.record_mut(id).filter(|record| record.superseded.is_some() && !record.shrunk);
            of.into_iter().for_each(|record| record.gone_at = Some(*gone_at));
        });
        EditsWhatIsRevoked => apply_needs_the_version: Then(|_, model, done| {
            let Done::Apply(id, Change::Edit { description: Some(text), .. }) = done else { return };
            let of = model.record_mut(id).filter(|record| record.revoked.is_some());
            of.into_iter().for_each(|record| record.description = Some(text.clone()));
        });
        DisplacementMovesTheVersion => label_is_given_back: Then(|before, model, _| {
            for old in before.families.iter().filter(|family| family.label_key.is_some() && family.revoked.is_none()) {
                let lost = model.family(old.id).is_some_and(|now| now.label_key.is_none() && now.revoked.is_none());
                for record in model.records.iter_mut().filter(|record| lost && record.id.family() == old.id) {
                    record.version = record.version.next();
                }
            }
        });
    }
}

pub(super) fn rotations() -> Vec<Case> {
    cases! {
        SlideEndsWhatIsPermanent => slide_is_forward: Then(|before, model, done| {
            let Done::Rotate(id, ParentUpdate::Slide { expires_at, gone_at, .. }) = done else { return };
            if before.record(id).is_some_and(|record| record.expires_at.is_none())
                && let Some(record) = model.record_mut(id)
            {
                (record.expires_at, record.gone_at) = (Some(*expires_at), Some(*gone_at));
            }
        });
        SlideForgetsTheFamily => slide_is_forward: Then(|before, model, done| {
            let Done::Rotate(id, ParentUpdate::Slide { .. }) = done else { return };
            let ends = before.family(id.family()).map(|family| (family.live_until, family.gone_at));
            if let (Some(ends), Some(family)) = (ends, model.family_mut(id.family())) {
                (family.live_until, family.gone_at) = ends;
            }
        });
        RotationKeepsTheOldNotice => rotate_wipes_one_back: Then(|before, model, done| {
            let Done::Rotate(id, ParentUpdate::Supersede { .. }) = done else { return };
            if let (Some(old), Some(record)) = (before.record(id), model.record_mut(id)) {
                record.notice = old.notice;
            }
        });
        RotationForgetsTheUse => rotate_wipes_one_back: Then(|before, model, done| {
            let Done::Rotate(id, _) = done else { return };
            if let (Some(old), Some(family)) = (before.family(id.family()), model.family_mut(id.family())) {
                family.used_at = old.used_at;
            }
        });
        RotationForgetsTheFamilysEnd => rotate_wipes_one_back: Then(|before, model, done| {
            let Done::Rotate(id, ParentUpdate::Supersede { .. }) = done else { return };
            if let (Some(old), Some(family)) = (before.family(id.family()), model.family_mut(id.family())) {
                (family.live_until, family.gone_at) = (old.live_until, old.gone_at);
            }
        });
        JoinForgetsTheUse => room_is_made: Then(|before, model, done| {
            let Done::Insert(InsertInto::Join { family, .. }) = done else { return };
            if let (Some(old), Some(family)) = (before.family(*family), model.family_mut(*family)) {
                family.used_at = old.used_at;
            }
        });
    }
}

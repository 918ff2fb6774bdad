//! Broken stores that do not correctly check a rotation that needs the label of its family.

use counterfoil::Timestamp;
use counterfoil::store::{FamilyParts, NewRecord, ParentUpdate, RecordParts, Rotated, TokenStore, transition};
use counterfoil::types::RecordId;
use counterfoil_conformance::reference::Model;

use super::{Case, cases};
use crate::broken::overrides;

/// The arguments of a rotation.
pub(super) struct Asked<'a> {
    pub parent: &'a RecordId,
    pub step: &'a ParentUpdate,
    pub new: &'a [NewRecord],
    pub now: Timestamp,
}

impl Asked<'_> {
    pub(super) fn rotated(&self, model: &mut Model, step: &ParentUpdate) -> Option<Rotated> {
        model.rotate(self.parent, step, self.new, self.now).ok()
    }
}

/// Returns a copy of the update without the condition that the family has its label, and whether `step` has this
/// condition.
pub(super) fn plain(step: &ParentUpdate) -> (ParentUpdate, bool) {
    let mut step = *step;
    let ParentUpdate::Supersede { labelled, .. } = &mut step else { return (step, false) };
    let needs = std::mem::take(labelled);
    (step, needs)
}

/// A store in which this function decides whether a rotation that needs the label is executed. The store makes no other
/// check of the label. The arguments are the model, the parent, the parent's family and `now`. The model, the parent
/// and the family are as they were before the rotation.
struct Judging(fn(&Model, &RecordParts, &FamilyParts, Timestamp) -> bool);

overrides!(Judging, self, rotate, |inner, parent, step, new, now| {
    let (plain, needs) = plain(step);
    let asked = Asked { parent, step, new, now };
    inner.with(|model| {
        model.check_parent(parent, step, new)?;
        let rows = model.record(parent).zip(model.family(parent.family()));
        let refuses = needs && rows.is_some_and(|(record, family)| !(self.0)(model, record, family, now));
        if refuses && matches!(asked.rotated(&mut model.clone(), &plain), Some(Rotated::Done)) {
            return Ok(Rotated::LabelLost);
        }
        model.rotate(parent, &plain, new, now)
    })
});

/// A store that executes rotations with this function. The arguments are the model and the call. The function must not
/// change the model if it returns `None`. The store then executes the call correctly.
struct Rotating(fn(&mut Model, &Asked<'_>) -> Option<Rotated>);

overrides!(Rotating, self, rotate, |inner, parent, step, new, now| {
    let asked = Asked { parent, step, new, now };
    match inner.with(|model| (self.0)(model, &asked)) {
        Some(answer) => Ok(answer),
        None => inner.rotate(parent, step, new, now).await,
    }
});

pub(super) fn labels() -> Vec<Case> {
    let mut all = judged();
    all.extend(executed());
    all
}

/// Returns stores that are made with the types `Judging` and `Rotating` and correct functions, so they have no flaw.
pub(super) fn correct() -> Vec<Case> {
    cases! {
        LabelIsJudged => renewal_needs_its_label: Judging(|_, _, family, _| family.label_key.is_some());
        LabelIsExecuted => renewal_needs_its_label: Rotating(|model, asked| asked.rotated(model, asked.step));
    }
}

fn judged() -> Vec<Case> {
    cases! {
        LabelIsNotNeeded => renewal_needs_its_label: Judging(|_, _, _, _| true);
        LabelOfTheRecordIsEnough => renewal_needs_its_label: Judging(|_, record, _, _| record.label.is_some());
        LabelIsNeededByTheExpiredAlone => renewal_needs_its_label: Judging(|_, _, family, now| {
            family.label_key.is_some() || transition::is_live(family, now)
        });
        LabelIsNeededByTheGoneAlone => renewal_needs_its_label: Judging(|_, _, family, now| {
            family.label_key.is_some() || family.gone_at.is_none_or(|gone_at| now < gone_at)
        });
        LabelIsNeededByTheLiveAlone => renewal_needs_its_label: Judging(|_, _, family, now| {
            family.label_key.is_some() || !transition::is_live(family, now)
        });
        AnyLabelOfTheOwnerIsEnough => renewal_needs_its_label: Judging(|model, _, family, _| {
            let mut own = model.families.iter().filter(|one| one.owner == family.owner && one.realm == family.realm);
            own.any(|one| one.label_key.is_some())
        });
        LabelIsLostAtTheExpiry => renewal_needs_its_label: Judging(|_, _, family, now| {
            family.label_key.is_some() && transition::is_live(family, now)
        });
        LabelIsLostAtTheEnd => renewal_needs_its_label: Judging(|_, _, family, now| {
            family.label_key.is_some() && family.gone_at.is_none_or(|gone_at| now < gone_at)
        });
        LabelIsLostAfterTheFirst => renewal_needs_its_label: Judging(|_, record, family, _| {
            family.label_key.is_some() && record.generation == 0
        });
        LabelOfSignInsIsNotNeeded => renewal_needs_its_label: Judging(|_, _, family, _| {
            family.label_key.is_some() || family.client.is_some()
        });
    }
}

fn executed() -> Vec<Case> {
    cases! {
        LabelLostBeforeStale => renewal_needs_its_label: Rotating(|model, asked| {
            let family = model.family(asked.parent.family())?;
            transition::lost_label(family, asked.step).then_some(Rotated::LabelLost)
        });
        LabelLostWritesTheSuccessor => renewal_needs_its_label: Rotating(|model, asked| {
            let refused = asked.rotated(&mut model.clone(), asked.step)?;
            let Rotated::LabelLost = refused else { return None };
            model.records.extend(asked.new.iter().cloned().map(RecordParts::from));
            Some(refused)
        });
        LabelLostIsAUse => renewal_needs_its_label: Rotating(|model, asked| {
            let refused = asked.rotated(&mut model.clone(), asked.step)?;
            let Rotated::LabelLost = refused else { return None };
            model.family_mut(asked.parent.family())?.used_at = asked.now;
            Some(refused)
        });
        RotationGivesTheLabelBack => renewal_needs_its_label: Rotating(|model, asked| {
            let done = asked.rotated(model, asked.step).filter(|answer| matches!(answer, Rotated::Done))?;
            let key = model.record(asked.parent)?.label.as_ref().map(counterfoil::types::Label::key);
            let family = model.family_mut(asked.parent.family())?;
            family.label_key = family.label_key.take().or(key);
            Some(done)
        });
        RenewalLosesTheLabel => renewal_needs_its_label: Rotating(|model, asked| {
            let renews = model.family(asked.parent.family()).is_some_and(|one| !transition::is_live(one, asked.now));
            let done = asked.rotated(model, asked.step).filter(|answer| matches!(answer, Rotated::Done))?;
            let family = model.family_mut(asked.parent.family())?;
            family.label_key = family.label_key.take().filter(|_| !renews);
            Some(done)
        });
    }
}

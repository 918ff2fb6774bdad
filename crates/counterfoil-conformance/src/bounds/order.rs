//! Checks which refusal a store returns if several apply: the one that is declared first in `Inserted` or `Rotated`.

use counterfoil::store::{Inserted, NewRecord, ParentUpdate, Rotated, TokenStore};
use counterfoil::types::{RecordId, Version};

use super::{snapshot, unchanged};
use crate::sample::{
    Draft, EXPIRES, GONE, Person, at, bounded, member_id, most, must_get, pace, refuse, renewing, revoked, slide,
    supersede,
};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks which refusal is returned if several apply to one call, as the docs of [`Inserted`] and [`Rotated`] say. The
/// refusal must be the variant that is declared first, and nothing must be written.
pub async fn refusals_come_in_order(subject: &Subject) -> Verdict {
    of_a_new_family(subject).await?;
    of_a_join(subject).await?;
    of_a_rotation(subject).await?;
    of_a_renewal(subject).await?;
    of_a_slide(subject).await?;
    Ok(Checked::Held)
}

/// Inserts a new family. Several reasons to refuse the call apply at the same time. The store must check them in this
/// order: an id is taken, the label is taken, the owner has as many live families as the cap allows, and the limit on
/// the rate of creations is reached.
async fn of_a_new_family(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let holder = ann.pat().labelled("one").created(at(11));
    holder.found(&*store).await?;
    let other = ann.pat().created(at(11));
    let taken = other.found(&*store).await?;
    let mut draft = ann.pat().with_access().labelled("one").created(at(12));
    let (cap, within) = (Some(refuse(1)), Some(pace(1, at(10))));
    let mut thief = draft.clone();
    thief.family.id = other.family.id;
    (thief.records[0].id, thief.records[1].id) = (member_id(other.family.id), taken);
    let ids = [taken, draft.id(), draft.records[1].id, thief.id()];
    let before = snapshot(&*store, &ids).await?;
    let answer = store.insert(thief.bounded(cap, within), &thief.records, at(12)).await?;
    ensure_is!(answer, Inserted::IdTaken(id) if id == taken, "a taken id goes before everything");
    let answer = store.insert(draft.bounded(cap, within), &draft.records, at(12)).await?;
    ensure_is!(answer, Inserted::LabelTaken(family) if family == holder.family.id, "a taken label goes before the cap");
    (draft.family.label_key, draft.records[0].label) = (None, None);
    let answer = store.insert(draft.bounded(cap, within), &draft.records, at(12)).await?;
    ensure_is!(answer, Inserted::OwnerFull, "a full cap goes before the pace");
    let answer = store.insert(draft.bounded(None, within), &draft.records, at(12)).await?;
    ensure_is!(answer, Inserted::PaceReached { .. }, "the pace comes last");
    unchanged(&*store, &ids, &before, "a refused insert").await
}

/// Inserts a record into an existing family. Several reasons to refuse the call apply at the same time. The store must
/// check them in this order: the family is revoked, an id is taken, the family has another generation than the call
/// expects, and the family has as many access tokens as the cap allows.
async fn of_a_join(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.refresh().with_access();
    let root = draft.found(&*store).await?;
    let other = draft.records[1].id;
    let fresh = draft.access(0);
    let thief = |taken: RecordId| draft.access(0).with_id(taken);
    let ids = [root, fresh.id, other];
    let before = snapshot(&*store, &ids).await?;
    for taken in [root, other] {
        let new = [fresh.clone(), thief(taken)];
        let answer = store.insert(draft.join_capped(7, 1), &new, at(5)).await?;
        ensure_is!(answer, Inserted::IdTaken(id) if id == taken, "a taken id goes before another generation");
    }
    let answer = store.insert(draft.join_capped(7, 1), std::slice::from_ref(&fresh), at(5)).await?;
    ensure_is!(answer, Inserted::FamilyMoved, "another generation goes before a full family");
    let answer = store.insert(draft.join_capped(0, 1), std::slice::from_ref(&fresh), at(5)).await?;
    ensure_is!(answer, Inserted::FamilyFull { .. }, "a full family comes last");
    unchanged(&*store, &ids, &before, "a refused join").await?;
    let _ = store.revoke(ann.family(draft.family.id), revoked(at(6)), at(GONE), most(1)).await?;
    for taken in [root, other] {
        let answer = store.insert(draft.join_capped(7, 1), &[thief(taken)], at(7)).await?;
        ensure_is!(answer, Inserted::FamilyEnded, "the end of a family goes before everything");
    }
    Ok(())
}

/// Rotates a token. Several reasons to refuse the call apply at the same time. The store must check them in this order:
/// the family is revoked, the token has another version than the call expects, the id of a new record is taken, the
/// limit on the rate of rotations is reached, and the family has as many access tokens as the cap allows.
async fn of_a_rotation(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.refresh().with_access();
    let root = draft.found(&*store).await?;
    let next = draft.successor(root, 1);
    let step = supersede(Version::FIRST, next.id, at(5));
    let answer = store.rotate(&root, &step, std::slice::from_ref(&next), at(5)).await?;
    ensure_is!(answer, Rotated::Done, "a rotation must go through");
    let tip = next.id;
    let step = |version, successor: RecordId, within, cap| {
        bounded(supersede(Version::new(version), successor, at(6)), within, cap)
    };
    let (paced, capped) = (Some(pace(1, at(4))), Some(1));
    let scene = Scene { store: &*store, draft: &draft, parent: tip, ids: vec![root, draft.records[1].id, tip] };
    let (good, thief) = (scene.follows(2, None), scene.follows(2, Some(root)));
    let all = |version, new: &[NewRecord]| step(version, new[0].id, paced, capped);
    ensure_is!(
        scene.refused(&all(7, &thief), &thief).await?,
        Rotated::Stale(_),
        "another version goes before a taken id"
    );
    ensure_is!(
        scene.refused(&all(0, &thief), &thief).await?,
        Rotated::IdTaken(id) if id == root,
        "a taken id goes before the pace"
    );
    ensure_is!(
        scene.refused(&all(0, &good), &good).await?,
        Rotated::PaceReached { .. },
        "the pace goes before a full family"
    );
    let unpaced = step(0, good[0].id, None, capped);
    ensure_is!(scene.refused(&unpaced, &good).await?, Rotated::FamilyFull { .. }, "a full family comes last");
    let _ = store.revoke(ann.family(draft.family.id), revoked(at(7)), at(GONE), most(1)).await?;
    ensure_is!(
        scene.refused(&all(7, &thief), &thief).await?,
        Rotated::FamilyEnded,
        "the end of a family goes before everything"
    );
    Ok(())
}

/// Renews an expired family. Several reasons to refuse the call apply at the same time. The store must check them in
/// this order: the family is revoked, the token has another version than the call expects, the id of a new record is
/// taken, the family has no label, the owner has as many live families as the cap allows, the limit on the rate of
/// rotations is reached, and the family has as many access tokens as the cap allows.
async fn of_a_renewal(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    ann.refresh().found(&*store).await?;
    let draft = ann.refresh().with_access();
    let root = draft.found(&*store).await?;
    let mut next = draft.successor(root, 1);
    next.expires_at = Some(at(6));
    let step = supersede(Version::FIRST, next.id, at(5));
    let answer = store.rotate(&root, &step, std::slice::from_ref(&next), at(5)).await?;
    ensure_is!(answer, Rotated::Done, "a rotation must go through");
    let tip = next.id;
    let scene = Scene { store: &*store, draft: &draft, parent: tip, ids: vec![root, draft.records[1].id, tip] };
    let (good, thief) = (scene.follows(2, None), scene.follows(2, Some(root)));
    let step = |version, new: &[NewRecord], labelled, cap| {
        let step = bounded(supersede(Version::new(version), new[0].id, at(6)), Some(pace(1, at(4))), Some(1));
        renewing(step, labelled, cap)
    };
    ensure_is!(
        scene.refused(&step(7, &thief, true, Some(1)), &thief).await?,
        Rotated::Stale(_),
        "another version goes before a taken id"
    );
    ensure_is!(
        scene.refused(&step(0, &thief, true, Some(1)), &thief).await?,
        Rotated::IdTaken(id) if id == root,
        "a taken id goes before the label"
    );
    ensure_is!(
        scene.refused(&step(0, &thief, false, Some(1)), &thief).await?,
        Rotated::IdTaken(id) if id == root,
        "a taken id goes before the cap"
    );
    ensure_is!(
        scene.refused(&step(0, &good, true, Some(1)), &good).await?,
        Rotated::LabelLost,
        "the label goes before the cap"
    );
    ensure_is!(
        scene.refused(&step(0, &good, true, Some(2)), &good).await?,
        Rotated::LabelLost,
        "the label goes before the pace"
    );
    ensure_is!(
        scene.refused(&step(0, &good, false, Some(1)), &good).await?,
        Rotated::OwnerFull,
        "the cap goes before the pace"
    );
    ensure_is!(
        scene.refused(&step(0, &good, false, Some(2)), &good).await?,
        Rotated::PaceReached { .. },
        "the pace goes before a full family"
    );
    let unpaced =
        |labelled, cap| renewing(bounded(supersede(Version::FIRST, good[0].id, at(6)), None, Some(1)), labelled, cap);
    ensure_is!(
        scene.refused(&unpaced(true, None), &good).await?,
        Rotated::LabelLost,
        "the label goes before a full family"
    );
    ensure_is!(
        scene.refused(&unpaced(false, Some(1)), &good).await?,
        Rotated::OwnerFull,
        "the cap goes before a full family"
    );
    let _ = store.revoke(ann.family(draft.family.id), revoked(at(7)), at(GONE), most(1)).await?;
    ensure_is!(
        scene.refused(&step(7, &thief, true, Some(1)), &thief).await?,
        Rotated::FamilyEnded,
        "the end of a family goes before everything"
    );
    Ok(())
}

/// Checks a slide, which gives a token a later expiry and inserts an access token into the same family. Several reasons
/// to refuse the call apply at the same time. The store must check them in this order: the family is revoked, the token
/// to slide has expired, the id of the new access token is taken, and the family has as many access tokens as the cap
/// allows.
async fn of_a_slide(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.refresh().with_access();
    let root = draft.found(&*store).await?;
    let scene = Scene { store: &*store, draft: &draft, parent: root, ids: vec![root, draft.records[1].id] };
    let step = bounded(slide(at(EXPIRES + 9), at(GONE + 9)), None, Some(1));
    let (good, thief) = (vec![draft.access(0)], vec![draft.access(0).with_id(root)]);
    let answer = store.rotate(&root, &step, &thief, at(EXPIRES)).await?;
    ensure_is!(answer, Rotated::Stale(_), "an expired parent goes before a taken id");
    ensure_is!(scene.refused(&step, &thief).await?, Rotated::IdTaken(_), "a taken id goes before a full family");
    ensure_is!(scene.refused(&step, &good).await?, Rotated::FamilyFull { .. }, "a full family comes last");
    let _ = store.revoke(ann.family(draft.family.id), revoked(at(7)), at(GONE), most(1)).await?;
    let answer = store.rotate(&root, &step, &thief, at(EXPIRES)).await?;
    ensure_is!(answer, Rotated::FamilyEnded, "the end of a family goes before everything");
    ensure!(must_get(&*store, &root).await?.revoked().is_some(), "and stays");
    Ok(())
}

/// A stored parent token, and the ids of the records that a refused rotation must not change.
struct Scene<'a> {
    store: &'a dyn TokenStore,
    draft: &'a Draft,
    parent: RecordId,
    ids: Vec<RecordId>,
}

impl Scene<'_> {
    /// Makes the records that a rotation of the parent inserts: a successor, and an access token. If `taken` is given,
    /// the access token gets this id.
    fn follows(&self, generation: u64, taken: Option<RecordId>) -> Vec<NewRecord> {
        let access = self.draft.access(generation);
        let id = taken.unwrap_or(access.id);
        vec![self.draft.successor(self.parent, generation), access.with_id(id)]
    }

    async fn refused(&self, step: &ParentUpdate, new: &[NewRecord]) -> Result<Rotated, Violation> {
        let ids: Vec<RecordId> = self.ids.iter().copied().chain(new.iter().map(|new| new.id)).collect();
        let before = snapshot(self.store, &ids).await?;
        let answer = self.store.rotate(&self.parent, step, new, at(6)).await?;
        unchanged(self.store, &ids, &before, "a refused rotation").await?;
        Ok(answer)
    }
}

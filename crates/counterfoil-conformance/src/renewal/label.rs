//! Checks rotations that need the label of their family (clause 62 of `TokenStore`).

use counterfoil::store::{Applied, Change, Inserted, Relabel, Rotated, TokenStore};
use counterfoil::types::{Label, RecordId, Version};

use super::{race, renewed};
use crate::sample::{Draft, GONE, Person, at, most, must_get, relabel, renewing, revoked, supersede};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks rotations with `labelled: true` (clause 62 of `TokenStore`). If the family has no label key, such a rotation
/// must give `LabelLost` and write nothing. If such a rotation runs concurrently with an insert or a relabel that takes
/// the label, the results must be as if one of the two calls had run after the other.
pub async fn renewal_needs_its_label(subject: &Subject) -> Verdict {
    while_it_has_one(&*subject.fresh().await).await?;
    for way in [Way::Insert, Way::Relabel] {
        after_another_took_it(&*subject.fresh().await, way).await?;
    }
    after_its_own_relabel(&*subject.fresh().await).await?;
    without_a_label(&*subject.fresh().await).await?;
    in_states_that_go_first(&*subject.fresh().await).await?;
    race::for_one_label(subject).await?;
    Ok(Checked::Held)
}

const NEEDS: (bool, Option<u32>) = (true, None);
const NEEDS_NOT: (bool, Option<u32>) = (false, None);

/// Rotates families that have their label: before and after their expiry, and after their `gone_at`.
async fn while_it_has_one(store: &dyn TokenStore) -> Result<(), Violation> {
    for (number, now) in [4, 5, 6, 9, 10, 11].into_iter().enumerate() {
        let ann = Person::new("default", &format!("ann-{number}"));
        for draft in [ann.pat().labelled("one"), ann.refresh().labelled("two")] {
            let draft = draft.ending(Some(at(5)), Some(at(10)));
            let parent = draft.found(store).await?;
            let (answer, next) = renewed(store, &draft, parent, NEEDS, at(now)).await?;
            ensure_is!(answer, Rotated::Done, "a family that has its label must be rotated at +{now}");
            let read = must_get(store, &next).await?;
            ensure!(read.family().label_key == draft.family.label_key, "a renewed family must keep its label");
            let other = ann.pat();
            let mut taker = other.clone();
            taker.family.label_key.clone_from(&draft.family.label_key);
            let taken = store.insert(taker.home(None), &taker.records, at(now)).await?;
            ensure_is!(
                taken,
                Inserted::LabelTaken(holder) if holder == draft.family.id,
                "a renewed family must hold its label until its new `gone_at`"
            );
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Insert,
    Relabel,
}

/// Checks a family whose label was taken by another family. A rotation that needs the label must be refused before and
/// after the family's expiry and `gone_at`. A rotation that does not need the label must succeed. After the family gets
/// a new label, a rotation that needs the label must succeed too.
async fn after_another_took_it(store: &dyn TokenStore, way: Way) -> Result<(), Violation> {
    let ann = Person::new("default", "ann");
    let draft = ann.pat().labelled("one").ending(Some(at(5)), Some(at(10)));
    let parent = draft.found(store).await?;
    let taker = match way {
        Way::Insert => {
            let taker = ann.pat().labelled("one");
            let answer = store.insert(taker.home(None), &taker.records, at(10)).await?;
            ensure_is!(answer, Inserted::Done, "a gone family must lose its label");
            taker
        }
        Way::Relabel => {
            let taker = ann.pat().labelled("other");
            taker.found(store).await?;
            let answer = store.apply(&taker.id(), Version::FIRST, &relabel("one"), at(10)).await?;
            ensure_is!(answer, Applied::Done(_), "a gone family must lose its label");
            taker
        }
    };
    for now in [4, 5, 10, 11] {
        let (answer, _) = renewed(store, &draft, parent, NEEDS, at(now)).await?;
        ensure_is!(
            answer,
            Rotated::LabelLost,
            "a family whose label was taken must not be rotated at +{now} ({way:?})"
        );
    }
    // The row of the family has no label key, although the record still shows the text of the label.
    ensure!(must_get(store, &parent).await?.record().label.is_some(), "the label's text must stay");
    let (answer, next) = renewed(store, &draft, parent, NEEDS_NOT, at(11)).await?;
    ensure_is!(answer, Rotated::Done, "a rotation that does not need the label must go through");
    ensure!(must_get(store, &next).await?.family().label_key.is_none(), "a rotation must not give a label back");
    let (answer, _) = renewed(store, &draft, next, NEEDS, at(12)).await?;
    ensure_is!(answer, Rotated::LabelLost, "a live family without its label must not be rotated either");
    keeps_its_label(store, &taker).await?;
    let answer = store.apply(&next, Version::FIRST, &relabel("new"), at(12)).await?;
    ensure_is!(answer, Applied::Done(_), "a free label can be had");
    let (answer, _) = renewed(store, &draft, next, NEEDS, at(13)).await?;
    ensure_is!(answer, Rotated::Done, "a family with a new label must be rotated");
    keeps_its_label(store, &taker).await
}

async fn keeps_its_label(store: &dyn TokenStore, holder: &Draft) -> Result<(), Violation> {
    let key = must_get(store, &holder.id()).await?.family().label_key.clone();
    let wanted = Label::new("one", 100).expect("a label").key();
    ensure!(key == Some(wanted), "the family that took the label must keep it, but has {key:?}");
    Ok(())
}

/// Checks that a relabel without a key removes the label key of the family.
async fn after_its_own_relabel(store: &dyn TokenStore) -> Result<(), Violation> {
    let draft = Person::new("default", "ann").pat().labelled("one");
    let parent = draft.found(store).await?;
    let shown = Relabel { label: Label::new("shown", 20).expect("a label"), key: None };
    let edit = Change::Edit { label: Some(shown), description: None, scope: None, details: None };
    let answer = store.apply(&parent, Version::FIRST, &edit, at(1)).await?;
    ensure_is!(answer, Applied::Done(_), "a label without a key is never taken");
    let (answer, _) = renewed(store, &draft, parent, NEEDS, at(2)).await?;
    ensure_is!(answer, Rotated::LabelLost, "a family without a label key must not be rotated");
    Ok(())
}

async fn without_a_label(store: &dyn TokenStore) -> Result<(), Violation> {
    let ann = Person::new("default", "ann");
    // The label of another family must not count as the label of this family.
    ann.pat().labelled("one").found(store).await?;
    for draft in [ann.pat(), ann.refresh(), ann.pat().ending(Some(at(5)), Some(at(6))), ann.pat().ending(None, None)] {
        let parent = draft.found(store).await?;
        let (answer, _) = renewed(store, &draft, parent, NEEDS, at(5)).await?;
        ensure_is!(answer, Rotated::LabelLost, "a family that never had a label must not be rotated");
        let (answer, _) = renewed(store, &draft, parent, NEEDS_NOT, at(5)).await?;
        ensure_is!(answer, Rotated::Done, "a rotation that does not need a label must go through");
    }
    Ok(())
}

/// Repeats a rotation whose first call succeeded, after another family has taken the label. The repeated rotation must
/// give `Stale`, so that the caller finds its own successor. Also rotates a revoked family, which has no label. This
/// rotation must give `FamilyEnded`.
async fn in_states_that_go_first(store: &dyn TokenStore) -> Result<(), Violation> {
    let ann = Person::new("default", "ann");
    let draft = ann.pat().labelled("one").ending(Some(at(5)), Some(at(10)));
    let parent: RecordId = draft.found(store).await?;
    let next = draft.successor(parent, 1).with_gone_at(at(12));
    let step = renewing(supersede(Version::FIRST, next.id, at(10)), true, None);
    let answer = store.rotate(&parent, &step, std::slice::from_ref(&next), at(10)).await?;
    ensure_is!(answer, Rotated::Done, "a family that has its label must be rotated");
    let taker = ann.pat().labelled("one");
    let taken = store.insert(taker.home(None), &taker.records, at(12)).await?;
    ensure_is!(taken, Inserted::Done, "a renewed family must lose its label from its new `gone_at` on");
    let answer = store.rotate(&parent, &step, std::slice::from_ref(&next), at(12)).await?;
    ensure_is!(
        &answer,
        Rotated::Stale(stands) if stands.record().superseded.is_some_and(|by| by.successor == next.id),
        "a repeated renewal must find its own successor"
    );
    let ended = ann.pat().labelled("two");
    let parent = ended.found(store).await?;
    let _ = store.revoke(ann.family(ended.family.id), revoked(at(13)), at(GONE), most(1)).await?;
    let (answer, _) = renewed(store, &ended, parent, NEEDS, at(14)).await?;
    ensure_is!(answer, Rotated::FamilyEnded, "a revoked family has ended, whatever became of its label");
    Ok(())
}

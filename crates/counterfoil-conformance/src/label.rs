//! Checks when the label of a family becomes free (clause 19 of `TokenStore`). Also checks that only one family has a
//! label. The calls are made one after another.

use counterfoil::Timestamp;
use counterfoil::store::{Applied, Change, Inserted, Relabel, Revoke, Rotated, TokenStore};
use counterfoil::types::{FamilyId, Label, RecordId, Version};

use crate::reference::describe;
use crate::sample::{
    Draft, EXPIRES, GONE, Person, at, make_room, member_id, most, must_get, relabel, revoked, supersede,
};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks when a label becomes free (clause 19 of `TokenStore`). It must become free when its family is revoked, purged
/// or relabelled, or loses the label to another family. An expiry, a rotation and `revoke(One)` must not make it free.
pub async fn label_is_given_back(subject: &Subject) -> Verdict {
    by_revoke(subject).await?;
    by_purge_and_not_before(subject).await?;
    by_relabel(subject).await?;
    by_displacement(subject).await?;
    by_room(subject).await?;
    not_by_rotation(subject).await?;
    Ok(Checked::Held)
}

/// Tries to insert a token with the label. Returns the draft of the token if it was inserted, or the id of the family
/// that already has the label.
async fn take(
    store: &dyn TokenStore,
    person: &Person,
    label: &str,
    now: Timestamp,
) -> Result<Result<Draft, FamilyId>, Violation> {
    let draft = person.pat().labelled(label);
    match store.insert(draft.home(None), &draft.records, now).await? {
        Inserted::Done => Ok(Ok(draft)),
        Inserted::LabelTaken(holder) => {
            ensure!(store.get(&draft.id()).await?.is_none(), "LabelTaken must leave nothing");
            Ok(Err(holder))
        }
        other => Err(Violation::new(format!("taking a label must be Done or LabelTaken, but was {other:?}"))),
    }
}

async fn held_by(
    store: &dyn TokenStore,
    person: &Person,
    label: &str,
    now: Timestamp,
    holder: FamilyId,
) -> Result<(), Violation> {
    let taken = take(store, person, label, now).await?;
    ensure_is!(&taken, Err(by) if *by == holder, "{label:?} must be held by {holder:?} at +{}", now.micros() - at(0).micros());
    Ok(())
}

async fn free(store: &dyn TokenStore, person: &Person, label: &str, now: Timestamp) -> Result<Draft, Violation> {
    let taken = take(store, person, label, now).await?;
    taken.map_err(|holder| Violation::new(format!("{label:?} must be free, but {holder:?} holds it")))
}

async fn by_revoke(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.refresh().labelled("one").with_access();
    draft.found(&*store).await?;
    let access = draft.records[1].id;
    let _ = store.revoke(Revoke::One(&access), revoked(at(1)), at(GONE), most(1)).await?;
    held_by(&*store, &ann, "one", at(1), draft.family.id).await?;
    let eve = Person::new("default", "eve");
    let _ = store.revoke(eve.family(draft.family.id), revoked(at(1)), at(GONE), most(1)).await?;
    held_by(&*store, &ann, "one", at(1), draft.family.id).await?;
    let _ = store.revoke(ann.family(draft.family.id), revoked(at(1)), at(GONE), most(1)).await?;
    let stands = must_get(&*store, &draft.id()).await?;
    ensure!(stands.family().label_key.is_none(), "a revoked family must hold no key");
    ensure!(stands.record().label.is_some(), "the text that is shown must stay");
    let second = free(&*store, &ann, "one", at(1)).await?;
    // A second revocation of the first family must not remove the label of the second family.
    let _ = store.revoke(ann.family(draft.family.id), revoked(at(2)), at(GONE), most(1)).await?;
    held_by(&*store, &ann, "one", at(2), second.family.id).await
}

async fn by_purge_and_not_before(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.pat().labelled("one");
    draft.found(&*store).await?;
    for now in [EXPIRES - 1, EXPIRES, EXPIRES + 1, GONE - 1] {
        held_by(&*store, &ann, "one", at(now), draft.family.id).await?;
    }
    let _ = store.purge(at(GONE), at(GONE), at(0), most(5)).await?;
    // This `now` is before the `gone_at` of the purged family, so only the purge can have made the label free.
    free(&*store, &ann, "one", at(0)).await.map(|_| ())
}

async fn by_relabel(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let (one, two) = (ann.pat().labelled("one"), ann.pat().labelled("two"));
    one.found(&*store).await?;
    two.found(&*store).await?;
    let before = describe(&must_get(&*store, &two.id()).await?);
    let answer = store.apply(&two.id(), Version::FIRST, &relabel("ONE"), at(1)).await?;
    ensure_is!(answer, Applied::LabelTaken(holder) if holder == one.family.id, "a relabel must name who stands in the way");
    ensure!(describe(&must_get(&*store, &two.id()).await?) == before, "a refused relabel must change nothing");
    let stale = store.apply(&two.id(), Version::new(5), &relabel("three"), at(1)).await?;
    ensure_is!(stale, Applied::Stale(_), "a relabel needs the version");
    free(&*store, &ann, "three", at(1)).await?;
    held_by(&*store, &ann, "two", at(1), two.family.id).await?;
    // The family's own label in upper case has the same key.
    ensure_is!(
        store.apply(&two.id(), Version::FIRST, &relabel("TWO"), at(1)).await?,
        Applied::Done(_),
        "a family does not stand in its own way"
    );
    ensure_is!(
        store.apply(&two.id(), Version::new(1), &relabel("four"), at(1)).await?,
        Applied::Done(_),
        "a free label can be had"
    );
    held_by(&*store, &ann, "four", at(1), two.family.id).await?;
    free(&*store, &ann, "two", at(1)).await?;
    // A relabel without a key, as for labels that need not be unique, makes the old key free.
    let shown = Relabel { label: Label::new("shown", 20).expect("a label"), key: None };
    let edit = Change::Edit { label: Some(shown), description: None, scope: None, details: None };
    ensure_is!(
        store.apply(&two.id(), Version::new(2), &edit, at(1)).await?,
        Applied::Done(_),
        "a label without a key is never taken"
    );
    free(&*store, &ann, "four", at(1)).await.map(|_| ())
}

async fn by_displacement(subject: &Subject) -> Result<(), Violation> {
    for relabels in [false, true] {
        let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
        let gone = ann.pat().labelled("one");
        gone.found(&*store).await?;
        let other = ann.pat().labelled("two").ending(None, None);
        other.found(&*store).await?;
        let holder = if relabels {
            let early = store.apply(&other.id(), Version::FIRST, &relabel("one"), at(GONE - 1)).await?;
            ensure_is!(early, Applied::LabelTaken(holder) if holder == gone.family.id, "a relabel must not displace before gone_at");
            ensure_is!(
                store.apply(&other.id(), Version::FIRST, &relabel("one"), at(GONE)).await?,
                Applied::Done(_),
                "a relabel must displace a gone holder"
            );
            other.family.id
        } else {
            let full = ann.pat().labelled("one");
            let answer = store.insert(full.home(Some(1)), &full.records, at(GONE)).await?;
            ensure_is!(answer, Inserted::OwnerFull, "a cap of one beside a permanent token");
            let kept = must_get(&*store, &gone.id()).await?.family().label_key.is_some();
            ensure!(kept, "a refused insert must not displace");
            free(&*store, &ann, "one", at(GONE)).await?.family.id
        };
        let stands = must_get(&*store, &gone.id()).await?;
        ensure!(
            stands.family().label_key.is_none() && stands.record().label.is_some(),
            "displacement takes the key and leaves the text"
        );
        ensure!(stands.record().version == Version::FIRST, "displacement must not move the version");
        // If `relabels` is false, the `gone_at` of the new holder is GONE. Therefore this check uses an instant that is
        // one microsecond earlier.
        held_by(&*store, &ann, "one", at(GONE - 1), holder).await?;
        // A revocation of the family that lost the label must not remove the label of its new holder.
        let _ = store.revoke(ann.family(gone.family.id), revoked(at(GONE)), at(GONE), most(1)).await?;
        let _ = store.purge(at(GONE), at(GONE), at(0), most(5)).await?;
        if relabels {
            held_by(&*store, &ann, "one", at(GONE), holder).await?;
        }
    }
    Ok(())
}

/// Checks an insert whose label is held by an older family of the same owner. The older family is past its `gone_at`,
/// but still counts towards the cap on live families, because it has no expiry. The cap is one, so the insert must
/// revoke the older family to make room. The new family must have the label afterwards.
async fn by_room(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let holder = ann.pat().labelled("one").ending(None, Some(at(5)));
    holder.found(&*store).await?;
    let new = ann.pat().labelled("one");
    let answer = store.insert(new.bounded(Some(make_room(1, at(6))), None), &new.records, at(6)).await?;
    ensure_is!(&answer, Inserted::MadeRoom(ended) if *ended == [holder.family.id], "a cap of one makes room");
    let kept = &must_get(&*store, &new.id()).await?.family().label_key.clone();
    ensure!(*kept == new.family.label_key, "the new family must have the label of the family that it ended");
    held_by(&*store, &ann, "one", at(6), new.family.id).await
}

async fn not_by_rotation(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.pat().labelled("one");
    let mut tip: RecordId = draft.found(&*store).await?;
    for generation in 1..4 {
        let mut next = draft.successor(tip, generation);
        (next.id, next.gone_at) = (member_id(draft.family.id), Some(at(GONE + generation)));
        let step = supersede(Version::FIRST, next.id, at(generation));
        ensure_is!(
            store.rotate(&tip, &step, std::slice::from_ref(&next), at(generation)).await?,
            Rotated::Done,
            "a labelled token can be rotated"
        );
        held_by(&*store, &ann, "one", at(GONE + generation - 1), draft.family.id).await?;
        let end = Change::End { honoured_until: at(generation), gone_at: at(GONE) };
        let _ = store.apply(&tip, Version::new(1), &end, at(generation)).await?;
        held_by(&*store, &ann, "one", at(generation), draft.family.id).await?;
        tip = next.id;
    }
    free(&*store, &ann, "one", at(GONE + 3)).await.map(|_| ())
}

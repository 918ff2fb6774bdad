//! Checks revocations (clauses 13 to 15 of `TokenStore`).

use counterfoil::store::{Inserted, Revoke, Rotated, TokenStore};
use counterfoil::types::{RecordId, TokenKind, Version};
use futures_util::future::try_join_all;

use crate::extremes;
use crate::reference::describe;
use crate::sample::{Draft, EXPIRES, GONE, Person, at, member_id, most, must_get, revoked, slide, supersede};
use crate::subject::Subject;
use crate::together::must_get_all;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks the revocation of a family (clause 13 of `TokenStore`). After the revocation has returned, every `get` of a
/// member must return a revoked record, and every join, rotation or slide must return `FamilyEnded`. Also checks joins
/// before the revocation: with another generation than that of the family, the answer must be `FamilyMoved`. (Calls
/// that began before the revocation are checked with races.)
pub async fn revoke_is_final(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    let ann = Person::new("default", "ann");
    let draft = ann.refresh().with_access();
    let root = draft.found(&*store).await?;
    let next = draft.successor(root, 1);
    ensure_is!(
        store.rotate(&root, &supersede(Version::FIRST, next.id, at(1)), std::slice::from_ref(&next), at(1)).await?,
        Rotated::Done,
        "a rotation must go through"
    );

    for (generation, wanted) in [(0, Inserted::FamilyMoved), (2, Inserted::FamilyMoved), (1, Inserted::Done)] {
        let access = draft.access(generation.min(1));
        let answer = store.insert(draft.join(generation), std::slice::from_ref(&access), at(2)).await?;
        ensure!(
            answer == wanted,
            "a join of generation {generation} at generation 1 must be {wanted:?}, but was {answer:?}"
        );
        ensure!(
            store.get(&access.id).await?.is_some() == (wanted == Inserted::Done),
            "a refused join must leave nothing"
        );
    }
    extremes::generations_have_their_width(&*store, &draft, 1).await?;
    let nobody = ann.refresh();
    let answer = store.insert(nobody.join(0), &nobody.records, at(2)).await?;
    ensure_is!(answer, Inserted::FamilyEnded, "a family that is not there cannot be joined");

    ensure_is!(
        store.revoke(ann.family(draft.family.id), revoked(at(3)), at(GONE), most(1)).await?.changed,
        1..,
        "a revocation must say that it changed something"
    );
    family_is_over(&*store, &draft, &[root, draft.records[1].id, next.id], next.id, 1).await?;

    let access = ann.refresh().with_access();
    access.found(&*store).await?;
    let one = access.records[1].id;
    let _ = store.revoke(Revoke::One(&one), revoked(at(3)), at(GONE + 3), most(1)).await?;
    let stands = must_get(&*store, &one).await?;
    ensure!(
        stands.revoked() == Some(revoked(at(3))) && stands.gone_at() == Some(at(GONE + 3)),
        "a revoked record must read as such: {stands:?}"
    );
    let slide = slide(at(EXPIRES + 9), at(GONE + 9));
    ensure_is!(store.rotate(&one, &slide, &[], at(4)).await?, Rotated::FamilyEnded, "a revoked parent must not slide");
    crate::races::refreshers_beside_a_revocation(subject).await
}

/// Checks that every member of the family is revoked, and that no record can be inserted into the family.
pub(crate) async fn family_is_over(
    store: &dyn TokenStore,
    draft: &Draft,
    members: &[RecordId],
    tip: RecordId,
    generation: u64,
) -> Result<(), Violation> {
    for stands in must_get_all(store, members).await? {
        ensure!(stands.revoked().is_some(), "every member must read as revoked, but this does not: {stands:?}");
    }
    let stands = must_get(store, &tip).await?;
    let before = describe(&stands);
    let next = draft.successor(tip, generation + 1);
    for version in [stands.record().version, stands.record().version.next()] {
        let answer =
            store.rotate(&tip, &supersede(version, next.id, at(9)), std::slice::from_ref(&next), at(9)).await?;
        ensure_is!(answer, Rotated::FamilyEnded, "a rotation into a revoked family must be FamilyEnded");
    }
    let slide = slide(at(EXPIRES + 90), at(GONE + 90));
    ensure_is!(
        store.rotate(&tip, &slide, &[], at(9)).await?,
        Rotated::FamilyEnded,
        "a slide in a revoked family must be FamilyEnded"
    );
    let joins = (0..=generation).map(|older| async move {
        let home = draft.join(older);
        store.insert(home, &[draft.access(older)], at(9)).await
    });
    for answer in try_join_all(joins).await? {
        ensure_is!(answer, Inserted::FamilyEnded, "a join of a revoked family must be FamilyEnded");
    }
    ensure!(store.get(&next.id).await?.is_none(), "nothing may have come into a revoked family");
    ensure!(describe(&must_get(store, &tip).await?) == before, "nothing may have moved in a revoked family");
    Ok(())
}

/// Revokes twice (clause 14 of `TokenStore`). The second revocation must succeed and change nothing. The instant of the
/// first must stay.
pub async fn revoke_twice(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    let ann = Person::new("default", "ann");
    let draft = ann.refresh().labelled("one").with_access();
    draft.found(&*store).await?;
    let (refresh, access) = (draft.records[0].id, draft.records[1].id);
    for (what, id) in [(Revoke::One(&access), access), (ann.family(draft.family.id), refresh), (ann.all(), refresh)] {
        let mut first = None;
        // The repeated revocations have later, equal and earlier instants.
        for (round, when) in [50, 60, 50, 40].into_iter().enumerate() {
            let progress = store.revoke(what, revoked(at(when)), at(GONE + when), most(5)).await?;
            let fresh = round == 0 && !matches!(what, Revoke::Owner { .. });
            ensure!(
                (progress.changed > 0) == fresh,
                "call {round} of {what:?} must change {}, but changed {}",
                u8::from(fresh),
                progress.changed
            );
            let stands = describe(&must_get(&*store, &id).await?);
            let kept = first.get_or_insert_with(|| stands.clone());
            ensure!(*kept == stands, "a repeated revocation must change nothing:\n{kept}\n{stands}");
        }
        ensure!(must_get(&*store, &id).await?.revoked() == Some(revoked(at(50))), "the first instant must stay");
    }
    let nobody = member_id(ann.family_id());
    for what in [Revoke::One(&nobody), ann.family(nobody.family()), Person::new("default", "eve").all()] {
        let progress = store.revoke(what, revoked(at(1)), at(GONE), most(5)).await?;
        ensure!(
            progress.changed == 0 && !progress.more,
            "what is not there must change nothing, but {what:?} gave {progress:?}"
        );
    }
    Ok(Checked::Held)
}

/// Checks the revocation of all families of an owner (clause 15 of `TokenStore`). Once a call returns `more: false`,
/// every family of the owner that existed when the first call began must be revoked.
pub async fn owner_revoke_covers(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    extremes::every_kind_ends_with_its_owner(&*store).await?;
    extremes::more_than_a_hundred_families_end(&*store).await?;
    for (families, limit) in [(1, 1), (4, 5), (5, 5), (6, 5), (11, 5), (7, 1)] {
        let store = subject.fresh().await;
        let ann = Person::new("default", "ann");
        let (mut own, mut labels) = (Vec::new(), Vec::new());
        for number in 0..families {
            let label = format!("label {number}");
            let draft =
                if number % 2 == 0 { ann.pat().labelled(&label) } else { ann.refresh().labelled(&label).with_access() };
            draft.found(&*store).await?;
            own.extend(draft.records.iter().map(|record| record.id));
            labels.push(label);
        }
        let code = Person { realm: ann.realm.clone(), owner: counterfoil::types::OwnerId::realm() }.pat();
        let others = [Person::new("default", "ann2").pat(), Person::new("other", "ann").pat(), code];
        for other in &others {
            other.found(&*store).await?;
        }
        let mut calls = 0;
        loop {
            let progress = store.revoke(ann.all(), revoked(at(7)), at(GONE), most(limit)).await?;
            calls += 1;
            ensure!(
                progress.changed <= u64::from(limit),
                "at most {limit} families a call, but {} were changed",
                progress.changed
            );
            ensure!(calls <= 2 * families + 2, "revoking {families} families {limit} at a time must end");
            if !progress.more {
                break;
            }
        }
        for id in &own {
            ensure!(
                must_get(&*store, id).await?.revoked() == Some(revoked(at(7))),
                "{families} families, {limit} a call: {id:?} must be revoked"
            );
        }
        for other in &others {
            ensure!(must_get(&*store, &other.id()).await?.revoked().is_none(), "another owner's records must live on");
        }
        for label in labels {
            let draft = ann.pat().labelled(&label);
            let answer = store.insert(draft.home(None), &draft.records, at(8)).await?;
            ensure_is!(answer, Inserted::Done, "revoking all must free every label");
        }
        ensure!(
            crate::walk::walk(&*store, ann.listing(TokenKind::RefreshToken), 4).await?.len() == families as usize / 2,
            "revoked records must still be listed"
        );
    }
    Ok(Checked::Held)
}

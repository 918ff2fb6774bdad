//! Checks caps that revoke the owner's least recently used families to make room for a new family (clause 45 of
//! `TokenStore`).

use std::collections::BTreeSet;
use std::sync::Arc;

use counterfoil::client::ClientKey;
use counterfoil::store::{Inserted, Revoked, Rotated, TokenStore};
use counterfoil::types::{FamilyId, RevocationReason, TokenKind, Version};

use super::{PART, snapshot, unchanged};
use crate::fixture::Store;
use crate::races::{Track, tracks};
use crate::sample::{Draft, EXPIRES, GONE, Person, at, make_room, most, must_get, slide, supersede};
use crate::subject::Subject;
use crate::together::{found_all, must_get_all};
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks caps that make room (clause 45 of `TokenStore`). If any number of inserts with `WhenFull::End` run
/// concurrently, each must succeed, and `limit` live families must remain. Each insert must revoke, in the same atomic
/// step, the families that exceed the limit. The least recently used families must be revoked first. Each revoked
/// family must be named in the answer of exactly one insert.
pub async fn room_is_made(subject: &Subject) -> Verdict {
    crate::extremes::wide_limits_let_in(&*subject.fresh().await).await?;
    the_least_recently_used_goes(subject).await?;
    what_moves_last_use(subject).await?;
    who_counts(subject).await?;
    an_ended_one_is_final(subject).await?;
    a_refusal_ends_nobody(subject).await?;
    for track in tracks(subject, PART).await {
        for round in 0..track.rounds {
            one_round(&track, round).await?;
        }
    }
    Ok(Checked::Held)
}

const OTHER: ClientKey = ClientKey::from_bytes([8; 16]);

/// Inserts the family `draft` with a cap of `limit` live families. If the cap is reached, the store must revoke old
/// families to make room. Returns the families that this insert revoked, in the order of their ids.
async fn squeeze(store: &dyn TokenStore, draft: &Draft, limit: u32, now: u64) -> Result<Vec<FamilyId>, Violation> {
    let home = draft.bounded(Some(make_room(limit, at(now))), None);
    match store.insert(home, &draft.records, at(now)).await? {
        Inserted::Done => Ok(Vec::new()),
        Inserted::MadeRoom(mut ended) => {
            ensure!(!ended.is_empty(), "where nobody was ended the answer must be Done");
            ended.sort_unstable();
            Ok(ended)
        }
        other => Err(Violation::new(format!("an insert that may make room must succeed, but was {other:?}"))),
    }
}

fn families<'a>(drafts: impl IntoIterator<Item = &'a Draft>) -> Vec<FamilyId> {
    let mut ids: Vec<FamilyId> = drafts.into_iter().map(|draft| draft.family.id).collect();
    ids.sort_unstable();
    ids
}

async fn the_least_recently_used_goes(subject: &Subject) -> Result<(), Violation> {
    for (limit, ends) in [(6, 0), (5, 1), (4, 2), (2, 4), (1, 5)] {
        let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
        // The families are inserted neither in the order of their last use nor in that of their ids. Two families have
        // the same last use. Of these two, the one with the smaller id ends first.
        let mut drafts: Vec<Draft> = [4, 2, 1, 3, 2].map(|used| ann.refresh().used(at(used))).into();
        found_all(&*store, &drafts).await?;
        let next = ann.refresh().used(at(9));
        let ended = squeeze(&*store, &next, limit, 9).await?;
        drafts.sort_by_key(|draft| (draft.family.used_at, draft.family.id));
        let wanted = families(&drafts[..ends]);
        ensure!(ended == wanted, "a limit of {limit} must end {wanted:?}, but ended {ended:?}");
        for (index, draft) in drafts.iter().enumerate() {
            let revoked = must_get(&*store, &draft.id()).await?.revoked();
            let wanted = (index < ends).then_some(Revoked { at: at(9), reason: RevocationReason::MadeRoom });
            ensure!(
                revoked == wanted,
                "number {index} in the order of last use must read {wanted:?}, but reads {revoked:?}"
            );
        }
        ensure!(must_get(&*store, &next.id()).await?.revoked().is_none(), "the new one must live");
    }
    Ok(())
}

/// Checks which calls set the last use of a family. Joins, slides and rotations must set it. A touch, an edit and a
/// `get` must not.
async fn what_moves_last_use(subject: &Subject) -> Result<(), Violation> {
    for way in 0..6 {
        let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
        let (first, second) = (ann.refresh().used(at(1)), ann.refresh().used(at(2)));
        found_all(&*store, &[first.clone(), second.clone()]).await?;
        let (id, next) = (first.id(), first.successor(first.id(), 1));
        let done = match way {
            0 => store.insert(first.join(0), &[first.access(0)], at(5)).await? == Inserted::Done,
            1 => matches!(store.rotate(&id, &slide(at(EXPIRES), at(GONE)), &[], at(5)).await?, Rotated::Done),
            2 => {
                let step = supersede(Version::FIRST, next.id, at(5));
                matches!(store.rotate(&id, &step, std::slice::from_ref(&next), at(5)).await?, Rotated::Done)
            }
            3 => store.touch(&[(id, at(5))]).await.is_ok(),
            4 => {
                let edit = crate::sample::describe_as("edited");
                matches!(store.apply(&id, Version::FIRST, &edit, at(5)).await?, counterfoil::store::Applied::Done(_))
            }
            _ => store.get(&id).await?.is_some(),
        };
        ensure!(done, "way {way} must go through");
        let used = must_get(&*store, &id).await?.family().used_at;
        let wanted = if way < 3 { at(5) } else { at(1) };
        ensure!(used == wanted, "way {way}: a join, a slide and a rotation move used_at, and nothing else: {used:?}");
        let ended = squeeze(&*store, &ann.refresh().used(at(9)), 2, 9).await?;
        let least = if way < 3 { &second } else { &first };
        ensure!(ended == families([least]), "way {way}: the least recently used must end, but {ended:?} did");
    }
    Ok(())
}

async fn who_counts(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let strangers = [
        ann.refresh().through(OTHER),
        ann.pat(),
        Person::new("default", "bob").refresh(),
        Person::new("other", "ann").refresh(),
        ann.refresh().ending(Some(at(9)), Some(at(GONE))),
    ];
    found_all(&*store, &strangers).await?;
    let dead = ann.refresh();
    dead.found(&*store).await?;
    let first_end = crate::sample::revoked(at(3));
    let _ = store.revoke(ann.family(dead.family.id), first_end, at(GONE), most(1)).await?;
    let counted = ann.refresh().ending(Some(at(10)), Some(at(GONE))).used(at(5));
    counted.found(&*store).await?;
    let ended = squeeze(&*store, &ann.refresh().used(at(9)), 1, 9).await?;
    ensure!(ended == families([&counted]), "only the live families of the owner, kind and client count: {ended:?}");
    for stands in must_get_all(&*store, &strangers.each_ref().map(Draft::id)).await? {
        ensure!(
            stands.revoked().is_none(),
            "another client's, kind's, owner's or realm's family must live on: {stands:?}"
        );
    }
    let revoked = must_get(&*store, &dead.id()).await?.revoked();
    ensure!(revoked == Some(first_end), "what was revoked before must keep its first end, but reads {revoked:?}");
    let ended = squeeze(&*store, &ann.refresh().through(OTHER).used(at(9)), 1, 9).await?;
    ensure!(ended == families([&strangers[0]]), "each client has a cap of its own: {ended:?}");
    let ended = squeeze(&*store, &ann.pat().used(at(9)), 1, 9).await?;
    ensure!(ended == families([&strangers[1]]), "families without a client are counted among themselves: {ended:?}");
    Ok(())
}

async fn an_ended_one_is_final(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let old = ann.refresh().labelled("one").with_access();
    old.found(&*store).await?;
    // This label belongs to the family that would end to make room. A taken label is refused before the store checks
    // the cap.
    let greedy = ann.refresh().labelled("one");
    let home = greedy.bounded(Some(make_room(1, at(5))), None);
    let answer = store.insert(home, &greedy.records, at(5)).await?;
    ensure_is!(
        answer,
        Inserted::LabelTaken(holder) if holder == old.family.id,
        "a label that is held must be refused, whoever would end"
    );
    ensure!(squeeze(&*store, &ann.refresh(), 1, 5).await? == families([&old]), "a full cap must make room");
    for stands in must_get_all(&*store, &[old.id(), old.records[1].id]).await? {
        let family = stands.family();
        let revoked = (stands.revoked().map(|revoked| revoked.reason), family.gone_at, family.label_key.is_some());
        let wanted = (Some(RevocationReason::MadeRoom), Some(at(GONE)), false);
        ensure!(revoked == wanted, "every member of an ended family must read {wanted:?}, but reads {revoked:?}");
    }
    let answer = store.insert(old.join(0), &[old.access(0)], at(6)).await?;
    ensure_is!(answer, Inserted::FamilyEnded, "nothing may join an ended family");
    let next = old.successor(old.id(), 1);
    let step = supersede(Version::FIRST, next.id, at(6));
    let answer = store.rotate(&old.id(), &step, std::slice::from_ref(&next), at(6)).await?;
    ensure_is!(answer, Rotated::FamilyEnded, "an ended family must not rotate");
    let again = store.revoke(ann.family(old.family.id), crate::sample::revoked(at(7)), at(GONE + 9), most(1)).await?;
    ensure!(again.changed == 0, "an ended family must not be revoked again");
    ann.refresh().labelled("one").found(&*store).await?;
    Ok(())
}

/// Makes the same insert twice. The first call succeeds and ends an older family, because the owner has as many live
/// families as the cap allows. The second call must get the answer `IdTaken` with the id of the record that the first
/// call inserted, and must end no family.
async fn a_refusal_ends_nobody(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let (first, second) = (ann.refresh().used(at(1)), ann.refresh().used(at(2)));
    first.found(&*store).await?;
    let ended = squeeze(&*store, &second, 1, 2).await?;
    ensure!(ended == families([&first]), "a full cap must make room, but ended {ended:?}");
    let ids = [first.id(), second.id()];
    let before = snapshot(&*store, &ids).await?;
    let home = second.bounded(Some(make_room(1, at(3))), None);
    let answer = store.insert(home, &second.records, at(3)).await?;
    ensure_is!(answer, Inserted::IdTaken(id) if id == second.id(), "a repeated insert must meet its own record");
    unchanged(&*store, &ids, &before, "a repeated insert").await?;
    Ok(())
}

async fn one_round(track: &Track, round: u64) -> Result<(), Violation> {
    let person = Arc::new(Person::somebody());
    let (limit, old) = (1 + u32::try_from(round % 6).unwrap_or(0), round % 5);
    let mut before: Vec<Draft> = (0..old).map(|number| person.refresh().labelled(&format!("old-{number}"))).collect();
    // Families that were created later have an earlier last use. Two families have the same last use.
    for (draft, used) in before.iter_mut().zip([4, 3, 3, 2, 1]) {
        draft.family.used_at = at(used);
    }
    let beside = [person.refresh().through(OTHER), person.pat()];
    found_all(&*track.store, &before).await?;
    found_all(&*track.store, &beside).await?;
    let new: Vec<Draft> = (0..track.pool.len()).map(|_| person.refresh().with_access().used(at(5))).collect();
    let answers = track
        .pool
        .race(|racer| {
            let (store, draft) = (Store::clone(track.handle(racer)), new[racer].clone());
            async move { squeeze(&*store, &draft, limit, 5).await }
        })
        .await;
    let mut reported = Vec::new();
    for answer in answers {
        reported.extend(answer?);
    }
    let once: BTreeSet<FamilyId> = reported.iter().copied().collect();
    ensure!(once.len() == reported.len(), "each family must be ended once, but the answers were {reported:?}");
    before.sort_by_key(|draft| (draft.family.used_at, draft.family.id));
    let all: Vec<&Draft> = before.iter().chain(&new).collect();
    let ends = all.len().saturating_sub(limit as usize);
    ensure!(
        reported.len() == ends,
        "{limit} of {} must remain, so {ends} must end, but {} did",
        all.len(),
        reported.len()
    );
    let ids: Vec<_> = all.iter().map(|draft| draft.id()).collect();
    let mut live = 0;
    for (index, stands) in must_get_all(&*track.store, &ids).await?.iter().enumerate() {
        let ended = stands.revoked().is_some();
        live += usize::from(!ended);
        ensure!(
            ended == once.contains(&ids[index].family()),
            "the answers must name the families that ended: {stands:?}"
        );
        // Every family in `before` was last used before the new families, so those in `before` must end first.
        let must = index < before.len().min(ends);
        ensure!(ended || !must, "the least recently used must end first, but number {index} lives");
        ensure!(!ended || must || index >= before.len(), "number {index} was used later than one that lives");
    }
    ensure!(live == all.len() - ends, "{} live families must remain, but {live} do", all.len() - ends);
    for stands in must_get_all(&*track.store, &beside.each_ref().map(Draft::id)).await? {
        ensure!(stands.revoked().is_none(), "another client's and another kind's family must live on: {stands:?}");
    }
    let access = crate::walk::walk(&*track.store, person.listing(TokenKind::AccessToken), 100).await?;
    ensure!(access.len() == new.len(), "every insert must bring all its records, but {} are there", access.len());
    Ok(())
}

//! Checks the cap on the live access tokens of a family (clause 43 of `TokenStore`).

use std::sync::Arc;

use counterfoil::Timestamp;
use counterfoil::store::{Inserted, NewRecord, Revoke, Rotated, TokenStore};
use counterfoil::types::{RecordId, TokenKind, Version};

use super::{PART, TURNS, snapshot, unchanged};
use crate::fixture::Store;
use crate::races::{Track, tracks};
use crate::sample::{Draft, EXPIRES, GONE, Person, at, bounded, most, must_get, revoked, slide, supersede};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};
use crate::walk::walk;

/// Checks the cap on live access tokens (clause 43 of `TokenStore`). After any number of concurrent joins, slides and
/// rotations with an `access_cap`, at most that many access tokens of the family must be live.
pub async fn access_tokens_are_capped(subject: &Subject) -> Verdict {
    crate::extremes::wide_limits_let_in(&*subject.fresh().await).await?;
    who_counts(subject).await?;
    every_way_in_is_capped(subject).await?;
    only_the_family_counts(subject).await?;
    superseded_ones_count(subject).await?;
    new_ones_do_not_set_the_end(subject).await?;
    for track in tracks(subject, PART).await {
        for round in 0..track.rounds {
            one_round(&track, round).await?;
        }
    }
    Ok(Checked::Held)
}

fn access(draft: &Draft, generation: u64, expires_at: u64) -> NewRecord {
    draft.access(generation).with_expires_at(at(expires_at))
}

async fn who_counts(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.refresh();
    let root = draft.found(&*store).await?;
    let join = async |new: &[NewRecord], cap, now| {
        Ok::<_, Violation>(store.insert(draft.join_capped(0, cap), new, at(now)).await?)
    };
    let (first, second) = (access(&draft, 0, 50), access(&draft, 0, 40));
    for one in [&first, &second] {
        let answer = join(std::slice::from_ref(one), 2, 10).await?;
        ensure_is!(answer, Inserted::Done, "a cap of two must let two in: the refresh token is none of them");
    }
    let third = access(&draft, 0, 60);
    for now in [10, 39] {
        let before = snapshot(&*store, &[root, third.id]).await?;
        let answer = join(std::slice::from_ref(&third), 2, now).await?;
        ensure_is!(
            answer,
            Inserted::FamilyFull { until } if until == at(40),
            "a third must be refused until the first expires"
        );
        unchanged(&*store, &[root, third.id], &before, "a join that its cap refuses").await?;
    }
    let two = [access(&draft, 0, 60), access(&draft, 0, 60)];
    let answer = join(&two, 2, 40).await?;
    ensure_is!(answer, Inserted::FamilyFull { until } if until == at(50), "two have no room where one has");
    ensure!(store.get(&two[0].id).await?.is_none(), "all go in or none");
    ensure_is!(join(std::slice::from_ref(&third), 2, 40).await?, Inserted::Done, "on its expiry one is no longer live");
    let answer = store.revoke(Revoke::One(&first.id), revoked(at(41)), at(GONE), most(1)).await?;
    ensure!(answer.changed == 1, "an access token can be revoked by itself");
    ensure_is!(join(&two[..1], 2, 41).await?, Inserted::Done, "a revoked one is not live");
    let permanent = draft.access(0).with_expires_at(None);
    let answer = join(std::slice::from_ref(&permanent), 2, 42).await?;
    ensure_is!(answer, Inserted::FamilyFull { until } if until == at(60), "a permanent one needs room too");
    ensure_is!(join(std::slice::from_ref(&permanent), 3, 42).await?, Inserted::Done, "a higher cap lets one more in");
    let late = access(&draft, 0, 9_000);
    ensure_is!(
        join(std::slice::from_ref(&late), 1, 8_000).await?,
        Inserted::FamilyFull { until } if until == Timestamp::MAX,
        "a permanent one is live for ever"
    );
    ensure_is!(join(std::slice::from_ref(&late), 2, 8_000).await?, Inserted::Done, "and counts as one");
    Ok(())
}

/// Checks which access tokens count towards the cap on the live access tokens of a family. A join, a slide and a
/// rotation must each count the live access tokens of all generations of the family.
async fn every_way_in_is_capped(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.refresh().with_access();
    let root = draft.found(&*store).await?;
    let until = |answer: &Rotated| matches!(answer, Rotated::FamilyFull { until } if *until == at(EXPIRES));
    let (slid, next) = (draft.access(0), draft.successor(root, 1));
    let slide = slide(at(EXPIRES + 9), at(GONE + 9));
    let step = supersede(Version::FIRST, next.id, at(6));
    let both = [next.clone(), draft.access(1)];
    let ids = [root, slid.id, next.id, both[1].id];
    let before = snapshot(&*store, &ids).await?;
    let answer = store.rotate(&root, &bounded(slide, None, Some(1)), std::slice::from_ref(&slid), at(5)).await?;
    ensure!(until(&answer), "a slide beside a full cap must be refused until the first expires, but was {answer:?}");
    let answer = store.rotate(&root, &bounded(step, None, Some(1)), &both, at(6)).await?;
    ensure!(until(&answer), "a rotation beside a full cap must be refused until the first expires, but was {answer:?}");
    unchanged(&*store, &ids, &before, "a rotation that its cap refuses").await?;
    let answer = store.rotate(&root, &bounded(slide, None, Some(1)), &[], at(6)).await?;
    ensure_is!(answer, Rotated::Done, "a slide that brings no access token needs no room");
    let answer = store.rotate(&root, &bounded(slide, None, Some(2)), std::slice::from_ref(&slid), at(6)).await?;
    ensure_is!(answer, Rotated::Done, "a slide must be let in where one more has room");
    let answer = store.rotate(&root, &bounded(step, None, Some(2)), &both, at(7)).await?;
    ensure!(until(&answer), "a rotation must count what a slide brought, but was {answer:?}");
    let answer = store.rotate(&root, &bounded(step, None, Some(3)), &both, at(7)).await?;
    ensure_is!(answer, Rotated::Done, "a rotation must be let in where one more has room");
    let answer = store.insert(draft.join_capped(1, 3), &[draft.access(1)], at(8)).await?;
    ensure_is!(answer, Inserted::FamilyFull { .. }, "a join must count the tokens of every generation");
    let answer = store.rotate(&next.id, &bounded(slide, None, Some(1)), &[], at(8)).await?;
    ensure_is!(answer, Rotated::Done, "a slide that brings none needs no room where more live than the cap allows");
    let answer = store.insert(draft.join(1), &[draft.access(1)], at(8)).await?;
    ensure_is!(answer, Inserted::Done, "without a cap nothing is counted");
    Ok(())
}

async fn only_the_family_counts(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let (full, other) = (ann.refresh().with_access(), ann.refresh());
    full.found(&*store).await?;
    other.found(&*store).await?;
    let answer = store.insert(other.join_capped(0, 1), &[other.access(0)], at(5)).await?;
    ensure_is!(answer, Inserted::Done, "another family's access tokens must not count");
    Ok(())
}

/// Checks that a superseded access token counts towards the cap on the live access tokens of a family until it expires.
async fn superseded_ones_count(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.refresh().with_access();
    draft.found(&*store).await?;
    let (old, new) = (draft.records[1].id, draft.access(1));
    let step = supersede(Version::FIRST, new.id, at(4));
    let answer = store.rotate(&old, &step, std::slice::from_ref(&new), at(4)).await?;
    ensure_is!(answer, Rotated::Done, "an access token can be followed by another");
    let joining = draft.access(1);
    let answer = store.insert(draft.join_capped(1, 2), std::slice::from_ref(&joining), at(5)).await?;
    ensure_is!(answer, Inserted::FamilyFull { .. }, "a superseded access token must count until it expires");
    let answer = store.insert(draft.join_capped(1, 3), std::slice::from_ref(&joining), at(5)).await?;
    ensure_is!(answer, Inserted::Done, "and counts as one");
    Ok(())
}

/// Checks the instant `until` of the refusal `FamilyFull`. It must be the earliest expiry of the family's stored live
/// access tokens, or `now` if the family has none. The tokens of the refused call must not affect it, even if one of
/// them expires earlier.
async fn new_ones_do_not_set_the_end(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.refresh();
    let root = draft.found(&*store).await?;
    let two = [access(&draft, 0, 20), access(&draft, 0, 60)];
    let next = draft.successor(root, 1);
    let (slide, step) = (slide(at(EXPIRES), at(GONE)), supersede(Version::FIRST, next.id, at(10)));
    let three = [next, two[0].clone(), two[1].clone()];
    for (stands, until) in [(None, at(10)), (Some(access(&draft, 0, 50)), at(50))] {
        if let Some(stands) = stands {
            let answer = store.insert(draft.join_capped(0, 1), std::slice::from_ref(&stands), at(10)).await?;
            ensure_is!(answer, Inserted::Done, "a cap of one must let one in");
        }
        let full = |answer: Rotated| matches!(answer, Rotated::FamilyFull { until: end } if end == until);
        let answer = store.insert(draft.join_capped(0, 1), &two, at(10)).await?;
        ensure!(
            answer == Inserted::FamilyFull { until },
            "new records must not count in `until` of a join: {answer:?}"
        );
        let answer = store.rotate(&root, &bounded(slide, None, Some(1)), &two, at(10)).await?;
        ensure!(full(answer), "new records must not count in `until` of a slide");
        let answer = store.rotate(&root, &bounded(step, None, Some(1)), &three, at(10)).await?;
        ensure!(full(answer), "new records must not count in `until` of a rotation");
    }
    Ok(())
}

/// Runs joins, slides and rotations of one family concurrently, all with the same cap on access tokens. Each racer
/// repeats its call until its access token is inserted, or until the cap refuses it.
async fn one_round(track: &Track, round: u64) -> Result<(), Violation> {
    let draft = Arc::new(Person::somebody().refresh());
    let root = draft.found(&track.store).await?;
    let cap = 1 + u32::try_from(round % 6).unwrap_or(0);
    let living = u32::try_from(round % 3).unwrap_or(0).min(cap);
    for _ in 0..living {
        let answer = track.store.insert(draft.join(0), &[draft.access(0)], at(2)).await?;
        ensure_is!(answer, Inserted::Done, "without a cap nothing is counted");
    }
    let dead = access(&draft, 0, 5);
    let answer = track.store.insert(draft.join(0), &[dead], at(2)).await?;
    ensure_is!(answer, Inserted::Done, "without a cap nothing is counted");
    let answers = track
        .pool
        .race(|racer| {
            let (store, draft) = (Store::clone(track.handle(racer)), Arc::clone(&draft));
            async move { get_in(&*store, &draft, root, racer, cap).await }
        })
        .await;
    let mut admitted = 0;
    for answer in answers {
        admitted += u32::from(answer?);
    }
    let room = (cap - living).min(u32::try_from(track.pool.len()).unwrap_or(u32::MAX));
    let person = Person { realm: draft.family.realm.clone(), owner: draft.family.owner.clone() };
    let listed = walk(&*track.store, person.listing(TokenKind::AccessToken), 100).await?;
    let live = listed.iter().filter(|record| record.record().expires_at > Some(at(5))).count();
    ensure!(
        admitted == room && live == (living + room) as usize,
        "{} must be live under a cap of {cap}, but {live} are, and {admitted} were let in beside {living}",
        living + room
    );
    Ok(())
}

/// Tries to insert one access token, as racer number `racer`. Returns true if the token was inserted, and false if the
/// cap refused it.
async fn get_in(
    store: &dyn TokenStore,
    draft: &Draft,
    root: RecordId,
    racer: usize,
    cap: u32,
) -> Result<bool, Violation> {
    let (mut tip, now): (RecordId, Timestamp) = (root, at(5));
    for _ in 0..TURNS {
        let stands = must_get(store, &tip).await?;
        if let Some(superseded) = stands.record().superseded {
            tip = superseded.successor;
            continue;
        }
        let generation = stands.record().generation;
        if racer.is_multiple_of(3) {
            match store.insert(draft.join_capped(generation, cap), &[draft.access(generation)], now).await? {
                Inserted::Done => return Ok(true),
                Inserted::FamilyFull { until } if until == at(EXPIRES) => return Ok(false),
                Inserted::FamilyMoved => continue,
                other => return Err(Violation::new(format!("a join under a cap must not get {other:?}"))),
            }
        }
        let next = draft.successor(tip, generation + 1);
        let (step, new) = match racer % 3 {
            1 => (slide(at(EXPIRES), at(GONE)), vec![draft.access(generation)]),
            _ => (supersede(stands.record().version, next.id, now), vec![draft.access(generation + 1), next]),
        };
        match store.rotate(&tip, &bounded(step, None, Some(cap)), &new, now).await? {
            Rotated::Done => return Ok(true),
            Rotated::FamilyFull { until } if until == at(EXPIRES) => return Ok(false),
            Rotated::Stale(_) => {}
            other => return Err(Violation::new(format!("a rotation under a cap must not get {other:?}"))),
        }
    }
    Err(Violation::new(format!("a racer must be let in or refused, but {TURNS} turns did neither")))
}

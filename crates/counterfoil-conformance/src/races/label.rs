//! Checks many concurrent inserts and changes with the same label (clause 18 of `TokenStore`).

use std::sync::Arc;

use counterfoil::Timestamp;
use counterfoil::store::{Applied, Inserted, Rotated, TokenStore};
use counterfoil::types::{FamilyId, RecordId, TokenKind, Version};

use super::{Track, tracks};
use crate::fixture::Store;
use crate::sample::{Draft, GONE, Person, at, most, relabel, revoked, supersede};
use crate::subject::Subject;
use crate::together::found_all;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};
use crate::walk::walk;

/// Checks with races that at most one family has a label (clause 18 of `TokenStore`). The races are: inserts with the
/// same label; inserts with a label whose family is past its `gone_at`; relabels; inserts during a revocation of the
/// label's family; and inserts during rotations of the label's family.
pub async fn label_has_one_holder(subject: &Subject) -> Verdict {
    for track in tracks(subject, 9).await {
        for round in 0..track.rounds {
            creators_alone(&track).await?;
            let now = [at(GONE - 1), at(GONE), at(GONE + 1)][usize::try_from(round % 3).unwrap_or(0)];
            beside_a_gone_holder(&track, now).await?;
            relabels(&track).await?;
            beside_a_revocation(&track).await?;
            beside_rotations(&track).await?;
        }
    }
    Ok(Checked::Held)
}

/// Inserts a token with a label. Returns `None` if the token was inserted, and otherwise the family that already has
/// the label.
async fn create(store: &dyn TokenStore, draft: &Draft, now: Timestamp) -> Result<Option<FamilyId>, Violation> {
    match store.insert(draft.home(None), &draft.records, now).await? {
        Inserted::Done => Ok(None),
        Inserted::LabelTaken(holder) => Ok(Some(holder)),
        other => Err(Violation::new(format!("a creator must get Done or LabelTaken, but not {other:?}"))),
    }
}

/// Returns the ids of the person's families that have a label. Each id is returned once.
async fn holders(store: &dyn TokenStore, person: &Person) -> Result<Vec<FamilyId>, Violation> {
    let listed = walk(store, person.listing(TokenKind::PersonalAccessToken), 200).await?;
    let mut holders: Vec<FamilyId> =
        listed.iter().filter(|record| record.family().label_key.is_some()).map(|record| record.family().id).collect();
    holders.sort_unstable();
    holders.dedup();
    Ok(holders)
}

async fn creators_alone(track: &Track) -> Result<(), Violation> {
    let (person, now) = (Person::somebody(), at(1));
    let drafts: Vec<Draft> = (0..track.pool.len()).map(|_| person.pat().labelled("one")).collect();
    let answers = track
        .pool
        .race(|racer| {
            let (store, draft) = (Store::clone(track.handle(racer)), drafts[racer].clone());
            async move { create(&*store, &draft, now).await }
        })
        .await;
    let (mut winners, mut reported) = (Vec::new(), Vec::new());
    for (draft, answer) in drafts.iter().zip(answers) {
        match answer? {
            None => winners.push(draft.family.id),
            Some(holder) => reported.push(holder),
        }
    }
    let holders = holders(&*track.store, &person).await?;
    ensure!(holders.len() == 1, "the label must have one holder, but has {holders:?}");
    ensure!(winners.len() == 1, "of {} creators one must win, but {} did", drafts.len(), winners.len());
    ensure!(
        reported.iter().all(|holder| *holder == holders[0]),
        "every loser must get the holder {:?}, but got {reported:?}",
        holders[0]
    );
    ensure!(winners == holders, "the winner must be the holder");
    Ok(())
}

async fn beside_a_gone_holder(track: &Track, now: Timestamp) -> Result<(), Violation> {
    let person = Person::somebody();
    let old = person.pat().labelled("one");
    old.found(&track.store).await?;
    // `now` can be `GONE` or later. Even then the family that gets the label must not be past its `gone_at`, so the
    // drafts of this race have no `gone_at`.
    let gone = now >= at(GONE);
    let drafts: Vec<Draft> = (0..track.pool.len()).map(|_| person.pat().labelled("one").ending(None, None)).collect();
    let answers = track
        .pool
        .race(|racer| {
            let (store, draft) = (Store::clone(track.handle(racer)), drafts[racer].clone());
            async move { create(&*store, &draft, now).await }
        })
        .await;
    let mut won = 0;
    for answer in answers {
        won += usize::from(answer?.is_none());
    }
    ensure!(
        won == usize::from(gone),
        "against a holder at gone_at {:+} µs {} must win, but {won} did",
        now.micros() as i64 - at(GONE).micros() as i64,
        u8::from(gone)
    );
    let holders = holders(&*track.store, &person).await?;
    ensure!(holders.len() == 1, "the label must have one holder, but has {holders:?}");
    Ok(())
}

async fn relabels(track: &Track) -> Result<(), Violation> {
    let person = Person::somebody();
    let drafts: Vec<Draft> =
        (0..track.pool.len()).map(|number| person.pat().labelled(&format!("label {number}"))).collect();
    found_all(&*track.store, &drafts).await?;
    let answers = track
        .pool
        .race(|racer| {
            let (store, id) = (Store::clone(track.handle(racer)), drafts[racer].id());
            async move { store.apply(&id, Version::FIRST, &relabel("one"), at(1)).await }
        })
        .await;
    let mut won = 0;
    for answer in answers {
        match answer? {
            Applied::Done(_) => won += 1,
            Applied::LabelTaken(_) => {}
            other => {
                return Err(Violation::new(format!("a relabel must get Done or LabelTaken, but not {other:?}")));
            }
        }
    }
    ensure!(won == 1, "of {} relabels one must win, but {won} did", track.pool.len());
    let listed = walk(&*track.store, person.listing(TokenKind::PersonalAccessToken), 200).await?;
    let mut keys: Vec<_> = listed.iter().filter_map(|record| record.family().label_key.clone()).collect();
    keys.sort_unstable();
    keys.dedup();
    ensure!(
        keys.len() == track.pool.len(),
        "{} families must hold {} keys, but hold {}",
        track.pool.len(),
        track.pool.len(),
        keys.len()
    );
    Ok(())
}

/// Runs a race in which one racer revokes the family that has the label, and the others insert families with this
/// label. At most one insert may get the label. If no insert gets it, an insert after the race must get it.
async fn beside_a_revocation(track: &Track) -> Result<(), Violation> {
    let person = Arc::new(Person::somebody());
    let old = person.pat().labelled("one");
    old.found(&track.store).await?;
    let family = old.family.id;
    let answers = track
        .pool
        .race(|racer| {
            let (store, person) = (Store::clone(track.handle(racer)), Arc::clone(&person));
            async move {
                if racer == 0 {
                    let progress = store.revoke(person.family(family), revoked(at(1)), at(GONE), most(1)).await?;
                    ensure!(progress.changed > 0, "the only revocation must change something");
                    return Ok(false);
                }
                Ok(create(&*store, &person.pat().labelled("one"), at(1)).await?.is_none())
            }
        })
        .await;
    let mut won = 0;
    for answer in answers {
        won += usize::from(answer?);
    }
    let last = create(&*track.store, &person.pat().labelled("one"), at(2)).await?;
    ensure!(
        won + usize::from(last.is_none()) == 1,
        "revoking must free the label for exactly one, but {won} creators won beside it and the one after it got {last:?}"
    );
    let holders = holders(&*track.store, &person).await?;
    ensure!(
        holders.len() == 1 && holders != [family],
        "exactly one living family must hold the label, but {holders:?} do"
    );
    Ok(())
}

/// Checks that a family keeps its label while it is rotated. Inserts of other families with this label run at the same
/// time, and each must be refused.
async fn beside_rotations(track: &Track) -> Result<(), Violation> {
    let person = Arc::new(Person::somebody());
    let draft = person.pat().labelled("one");
    let root: RecordId = draft.found(&track.store).await?;
    let holder = draft.family.id;
    let draft = Arc::new(draft);
    let answers = track
        .pool
        .race(|racer| {
            let (store, person, draft) = (Store::clone(track.handle(racer)), Arc::clone(&person), Arc::clone(&draft));
            async move {
                if racer > 0 {
                    let answer = create(&*store, &person.pat().labelled("one"), at(1)).await?;
                    ensure!(
                        answer == Some(holder),
                        "a family under rotation must keep its label, but a creator got {answer:?}"
                    );
                    return Ok(());
                }
                let mut tip = root;
                for generation in 1..5 {
                    let next = draft.successor(tip, generation);
                    let answer = store
                        .rotate(&tip, &supersede(Version::FIRST, next.id, at(1)), std::slice::from_ref(&next), at(1))
                        .await?;
                    ensure_is!(answer, Rotated::Done, "the only rotation must go through");
                    tip = next.id;
                }
                Ok(())
            }
        })
        .await;
    answers.into_iter().collect::<Result<(), Violation>>()
}

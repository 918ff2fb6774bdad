//! Checks many concurrent rotations of one refresh token (clauses 10 and 11 of `TokenStore`).

use counterfoil::store::{NewRecord, Rotated, TokenStore};
use counterfoil::types::{RecordId, Version};

use super::{Track, tracks};
use crate::fixture::Store;
use crate::sample::{Draft, Person, at, must_get, supersede};
use crate::slow::pause;
use crate::subject::Subject;
use crate::together::get_all;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks concurrent rotations with the same expected version (clause 10 of `TokenStore`). Exactly one must get `Done`.
/// The others must get `Stale` or `FamilyEnded`.
///
/// Every fourth round starts a new family. The other rounds rotate the token that the winner of the round before
/// inserted.
pub async fn rotate_has_one_winner(subject: &Subject) -> Verdict {
    for track in tracks(subject, 2).await {
        let mut chain: Option<(Draft, RecordId)> = None;
        for round in 0..track.rounds {
            let (draft, parent) = match chain.take().filter(|_| round % 4 != 0) {
                Some(chain) => chain,
                None => {
                    let draft = Person::somebody().refresh();
                    let parent = draft.found(&track.store).await?;
                    (draft, parent)
                }
            };
            let winner = one_round(&track, &draft, parent, round % 4).await?;
            chain = Some((draft, winner));
        }
    }
    Ok(Checked::Held)
}

async fn one_round(track: &Track, draft: &Draft, parent: RecordId, generation: u64) -> Result<RecordId, Violation> {
    let now = at(10 + generation);
    let successors: Vec<NewRecord> = (0..track.pool.len()).map(|_| draft.successor(parent, generation + 1)).collect();
    let answers = track
        .pool
        .race(|racer| {
            let (store, next) = (Store::clone(track.handle(racer)), successors[racer].clone());
            async move { store.rotate(&parent, &supersede(Version::FIRST, next.id, now), &[next], now).await }
        })
        .await;
    let (mut winners, mut losers, mut carried) = (Vec::new(), Vec::new(), Vec::new());
    for (next, answer) in successors.iter().zip(answers) {
        match answer? {
            Rotated::Done => winners.push(next.id),
            Rotated::Stale(stands) => {
                losers.push(next.id);
                carried.push(stands.record().superseded.map(|superseded| superseded.successor));
            }
            other => {
                return Err(Violation::new(format!("a loser must be Stale, for nobody revoked, but was {other:?}")));
            }
        }
    }
    ensure!(winners.len() == 1, "of {} racers one must win, but {} did", successors.len(), winners.len());
    let winner = winners[0];
    ensure!(
        carried.iter().all(|successor| *successor == Some(winner)),
        "Stale must carry the winner's successor {winner:?}, but carried {carried:?}"
    );
    let left = get_all(&*track.store, &losers).await?;
    ensure!(left.iter().all(Option::is_none), "a loser must leave no successor, but {left:?} is there");
    let stands = must_get(&track.store, &parent).await?;
    ensure!(
        stands.record().version == Version::FIRST.next(),
        "one winner moves the version by one: {:?}",
        stands.record().version
    );
    ensure!(
        stands.family().generation == generation + 1,
        "one winner moves the generation by one: {}",
        stands.family().generation
    );
    ensure!(must_get(&track.store, &winner).await?.is_newest(), "the winner's successor must be the newest");
    Ok(winner)
}

/// Checks readers during a rotation (clause 11 of `TokenStore`). A reader that sees the parent as superseded must also
/// find its successor.
pub(crate) async fn readers_find_the_successor(subject: &Subject) -> Verdict {
    for track in tracks(subject, 3).await {
        for _ in 0..track.rounds {
            let draft = Person::somebody().refresh();
            let parent = draft.found(&track.store).await?;
            let next = draft.successor(parent, 1);
            let answers = track
                .pool
                .race(|racer| {
                    let (store, next) = (Store::clone(track.handle(racer)), next.clone());
                    async move {
                        if racer == 0 {
                            let done = store
                                .rotate(&parent, &supersede(Version::FIRST, next.id, at(5)), &[next], at(5))
                                .await?;
                            ensure_is!(done, Rotated::Done, "the only rotation must go through");
                            Ok(())
                        } else {
                            read_until_superseded(&*store, &parent).await
                        }
                    }
                })
                .await;
            answers.into_iter().collect::<Result<(), Violation>>()?;
        }
    }
    Ok(Checked::Held)
}

async fn read_until_superseded(store: &dyn TokenStore, parent: &RecordId) -> Result<(), Violation> {
    // The number of reads is limited. If the rotation fails, the thread of the rotation reports that.
    for _ in 0..10_000 {
        let stands = must_get(store, parent).await?;
        if let Some(superseded) = stands.record().superseded {
            let found = store.get(&superseded.successor).await?;
            ensure!(
                found.is_some(),
                "a parent was read as superseded, but its successor {:?} is not there",
                superseded.successor
            );
            return Ok(());
        }
        pause().await;
    }
    Ok(())
}

//! Edits the details of a family on real threads, while other threads rotate, extend and touch the family and add
//! records to it.

use std::sync::Arc;

use counterfoil::store::{Applied, Inserted, Rotated, TokenStore};
use counterfoil::types::RecordId;

use super::{details, edit_details, shown};
use crate::fixture::Store;
use crate::races::{Track, tracks};
use crate::sample::{Draft, EXPIRES, GONE, Person, at, must_get, slide, supersede};
use crate::subject::Subject;
use crate::violation::{Violation, ensure};

/// The number by which the rounds of [`Scale`](crate::Scale) are divided.
const PART: u32 = 15;

/// The number of attempts of each racer. An attempt fails if another racer has changed the newest record since it was
/// read.
const TURNS: u32 = 6;

/// Checks that no concurrent call undoes an edit of the details. Some racers edit the details, and others rotate,
/// slide, join or touch the family. Every edit raises the version of the newest record, and every rotation raises the
/// generation. So the last edit is the one with the highest version in the highest generation. At the end, the details
/// of this edit must be stored.
pub(super) async fn edits_beside_rotations(subject: &Subject) -> Result<(), Violation> {
    for track in tracks(subject, PART).await {
        for _ in 0..track.rounds {
            one_round(&track).await?;
        }
    }
    Ok(())
}

/// An edit that was done: the generation and the version of the record that it wrote, and the number of its details.
type Written = (u64, u64, u32);

async fn one_round(track: &Track) -> Result<(), Violation> {
    let draft = Arc::new(Person::somebody().refresh().detailed(Some(details(0))));
    let root = draft.found(&*track.store).await?;
    let answers = track
        .pool
        .race(|racer| {
            let (store, draft) = (Store::clone(track.handle(racer)), Arc::clone(&draft));
            async move { act(&*store, &draft, root, racer).await }
        })
        .await;
    let mut written: Vec<Written> = vec![(0, 0, 0)];
    for answer in answers {
        written.extend(answer?);
    }
    written.sort_unstable();
    let twice = written.windows(2).find(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1));
    ensure!(twice.is_none(), "two edits must not write one version of a record, but {twice:?} did");
    let last = written.last().map_or(0, |written| written.2);
    shown(&*track.store, &[root], Some(&*details(last)), "edits beside rotations").await
}

/// Does the work of one racer. Half of the racers edit the details, and a quarter rotate the family. The others touch
/// its newest record, and insert access tokens with joins and slides.
async fn act(store: &dyn TokenStore, draft: &Draft, root: RecordId, racer: usize) -> Result<Vec<Written>, Violation> {
    let (mut written, mut tip) = (Vec::new(), root);
    for turn in 0..TURNS {
        let mut stands = must_get(store, &tip).await?;
        while let Some(superseded) = stands.record().superseded {
            tip = superseded.successor;
            stands = must_get(store, &tip).await?;
        }
        let (version, generation) = (stands.record().version, stands.record().generation);
        match racer % 4 {
            0 | 2 => {
                let number = 1 + u32::try_from(racer).unwrap_or(0) * TURNS + turn;
                match store.apply(&tip, version, &edit_details(Some(details(number))), at(5)).await? {
                    Applied::Done(done) => written.push((generation, done.record().version.number(), number)),
                    Applied::Stale(_) => {}
                    other => return Err(Violation::new(format!("an edit must be Done or Stale, but was {other:?}"))),
                }
            }
            1 => {
                let next = draft.successor(tip, generation + 1);
                let step = supersede(version, next.id, at(5));
                match store.rotate(&tip, &step, std::slice::from_ref(&next), at(5)).await? {
                    Rotated::Done | Rotated::Stale(_) => {}
                    other => {
                        return Err(Violation::new(format!("a rotation must be Done or Stale, but was {other:?}")));
                    }
                }
            }
            _ => {
                // Each join and slide has an instant of its own, so that it changes the family's last use.
                let now = at(10 + u64::from(TURNS) * racer as u64 + u64::from(turn));
                store.touch(&[(tip, now)]).await?;
                let access = draft.access(generation);
                if turn % 2 == 1 {
                    let _ = store.rotate(&tip, &slide(at(EXPIRES), at(GONE)), &[access], now).await?;
                    continue;
                }
                match store.insert(draft.join(generation), std::slice::from_ref(&access), now).await? {
                    Inserted::Done | Inserted::FamilyMoved => {}
                    other => {
                        return Err(Violation::new(format!("a join must be Done or FamilyMoved, but was {other:?}")));
                    }
                }
            }
        }
    }
    Ok(written)
}

//! Runs several copies of one request concurrently, as after a timeout. Exactly one of them must be executed.

use std::sync::Arc;

use counterfoil::store::{Digest, Inserted, NewRecord, Rotated, TokenStore};
use counterfoil::types::{KeyId, RecordId, Version};

use super::{Track, tracks};
use crate::sample::{Draft, Person, at, must_get, slide, supersede};
use crate::subject::Subject;
use crate::violation::{Violation, ensure};

/// The calls with which the racers insert the record.
#[derive(Clone, Copy, Debug)]
enum Way {
    Found,
    Join,
    Slide,
    /// Every fourth racer inserts the record with a rotation. The others insert it with a join.
    Rotation,
}

/// Checks concurrent repeats of an insert (clause 5 of `TokenStore`). All requests insert a record with the same id,
/// but each with its own digest. Exactly one must return `Done`, and its digest must be stored.
pub(crate) async fn repeats_at_once(subject: &Subject) -> Result<(), Violation> {
    for track in tracks(subject, 12).await {
        for _ in 0..track.rounds {
            for way in [Way::Found, Way::Join, Way::Slide, Way::Rotation] {
                one(&track, way).await?;
            }
        }
    }
    Ok(())
}

/// Returns a copy of the record with a digest and a key id that only this racer uses.
fn by(racer: usize, record: &NewRecord) -> NewRecord {
    let number = u8::try_from(racer).unwrap_or(u8::MAX);
    record.clone().with_digest(Digest::from_bytes([number; 32])).with_key_id(KeyId::new(u32::from(number) + 1))
}

async fn one(track: &Track, way: Way) -> Result<(), Violation> {
    let draft = Arc::new(Person::somebody().refresh());
    if !matches!(way, Way::Found) {
        draft.found(&*track.store).await?;
    }
    let new = if matches!(way, Way::Found) { draft.records[0].clone() } else { draft.access(0) };
    let answers = track
        .pool
        .race(|racer| {
            let (store, draft, new) = (Arc::clone(track.handle(racer)), Arc::clone(&draft), by(racer, &new));
            // Every fourth racer rotates, the others join.
            let way = if matches!(way, Way::Rotation) && !racer.is_multiple_of(4) { Way::Join } else { way };
            async move { asked(&*store, &draft, new, way).await }
        })
        .await;
    let mut done = Vec::new();
    for (racer, answer) in answers.into_iter().enumerate() {
        if answer? {
            done.push(racer);
        }
    }
    let [winner] = done[..] else {
        return Err(Violation::new(format!(
            "of one request and its repeats one must be Done, but {way:?} was for {done:?}"
        )));
    };
    stands(&*track.store, &new.id, &by(winner, &new)).await
}

/// Sends the request of one racer. Returns true if the answer is `Done`, and false if the id is taken. Any other answer
/// is a violation.
async fn asked(store: &dyn TokenStore, draft: &Draft, new: NewRecord, way: Way) -> Result<bool, Violation> {
    let answer = match way {
        Way::Found => {
            let mut own = draft.clone();
            own.records[0] = new;
            inserted(store.insert(own.home(None), &own.records, at(1)).await?)
        }
        Way::Join => inserted(store.insert(draft.join(0), std::slice::from_ref(&new), at(1)).await?),
        Way::Slide => {
            let step = slide(at(1_000_001), at(2_000_001));
            match store.rotate(&draft.id(), &step, std::slice::from_ref(&new), at(1)).await? {
                Rotated::Done => Ok(true),
                Rotated::IdTaken(_) => Ok(false),
                other => Err(format!("{other:?}")),
            }
        }
        Way::Rotation => {
            let next = draft.successor(draft.id(), 1);
            let step = supersede(Version::FIRST, next.id, at(1));
            match store.rotate(&draft.id(), &step, &[next, new], at(1)).await? {
                Rotated::Done => Ok(true),
                Rotated::IdTaken(_) | Rotated::Stale(_) => Ok(false),
                other => Err(format!("{other:?}")),
            }
        }
    };
    answer.map_err(|other| Violation::new(format!("a repeat must be Done or IdTaken, but {way:?} was {other}")))
}

fn inserted(answer: Inserted) -> Result<bool, String> {
    match answer {
        Inserted::Done => Ok(true),
        Inserted::IdTaken(_) => Ok(false),
        other => Err(format!("{other:?}")),
    }
}

async fn stands(store: &dyn TokenStore, id: &RecordId, winner: &NewRecord) -> Result<(), Violation> {
    let read = must_get(store, id).await?;
    let own = read.record().digest.as_bytes() == winner.digest.as_bytes() && read.record().key_id == winner.key_id;
    ensure!(own, "the digest of the request that was Done must stand");
    Ok(())
}

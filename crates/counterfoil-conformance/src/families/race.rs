//! Walks over an owner's families beside inserts, rotations and revocations, on real threads.

use std::sync::Arc;

use counterfoil::Timestamp;
use counterfoil::store::{Inserted, TokenStore};
use counterfoil::types::{FamilyId, RecordId};

use crate::fixture::Store;
use crate::races::{Track, tracks};
use crate::sample::{Draft, GONE, Person, at, most, must_get, revoked, slide, supersede};
use crate::subject::Subject;
use crate::together::found_all;
use crate::violation::{Violation, ensure, ensure_is};
use crate::walk::walk_families_of;

/// The number by which the rounds of [`Scale`](crate::Scale) are divided.
const PART: u32 = 30;

/// The number of families that stay during a round. As many other families are revoked in the round.
const FAMILIES: usize = 4;

/// Checks walks while other racers rotate, join and slide the owner's families, insert new ones, and revoke some.
pub(super) async fn walks_beside_writes(subject: &Subject) -> Result<(), Violation> {
    for track in tracks(subject, PART).await {
        for _ in 0..track.rounds {
            one_round(&track).await?;
        }
    }
    Ok(())
}

/// The families of one round.
struct Round {
    person: Person,
    stay: Vec<Draft>,
    end: Vec<Draft>,
    ended: Draft,
}

async fn one_round(track: &Track) -> Result<(), Violation> {
    let person = Person::somebody();
    let refresh = || (0..FAMILIES).map(|number| person.refresh().used(at(number as u64))).collect::<Vec<_>>();
    let round = Round { stay: refresh(), end: refresh(), ended: person.refresh(), person };
    found_all(&*track.store, &round.stay).await?;
    found_all(&*track.store, &round.end).await?;
    round.ended.found(&*track.store).await?;
    let family = round.person.family(round.ended.family.id);
    let _ = track.store.revoke(family, revoked(at(1)), at(GONE), most(1)).await?;
    let round = Arc::new(round);
    let answers = track
        .pool
        .race(|racer| {
            let (store, round) = (Store::clone(track.handle(racer)), Arc::clone(&round));
            async move { act(&*store, &round, racer).await }
        })
        .await;
    answers.into_iter().collect()
}

/// Does the work of one racer. Half of the racers walk, with page limits from 1 to 3. The others write.
async fn act(store: &dyn TokenStore, round: &Round, racer: usize) -> Result<(), Violation> {
    let turn = racer / 4;
    match racer % 4 {
        0 | 2 => walked(store, round, 1 + u32::try_from(turn % 3).unwrap_or(0)).await,
        1 => {
            let (stay, now) = (&round.stay[turn % FAMILIES], at(5));
            let mut tip = stay.id();
            for _ in 0..2 {
                tip = moved(store, stay, tip, now).await?;
            }
            Ok(())
        }
        _ => {
            let coming = round.person.refresh();
            coming.found(store).await?;
            for family in [&round.end[turn % FAMILIES], &coming] {
                let family = round.person.family(family.family.id);
                let _ = store.revoke(family, revoked(at(6)), at(GONE), most(1)).await?;
            }
            Ok(())
        }
    }
}

/// Rotates the newest record of a family, or slides it if another racer has rotated it first. Returns the newest
/// record.
async fn moved(store: &dyn TokenStore, of: &Draft, tip: RecordId, now: Timestamp) -> Result<RecordId, Violation> {
    let stands = must_get(store, &tip).await?;
    if let Some(superseded) = stands.record().superseded {
        let _ = store.rotate(&superseded.successor, &slide(at(GONE), at(GONE + 1)), &[], now).await?;
        return Ok(superseded.successor);
    }
    let generation = stands.record().generation;
    let joined = store.insert(of.join(generation), &[of.access(generation)], now).await?;
    ensure_is!(joined, Inserted::Done | Inserted::FamilyMoved, "a join must be Done or FamilyMoved");
    let next = of.successor(tip, generation + 1);
    let step = supersede(stands.record().version, next.id, now);
    let _ = store.rotate(&tip, &step, std::slice::from_ref(&next), now).await?;
    Ok(next.id)
}

async fn walked(store: &dyn TokenStore, round: &Round, limit: u32) -> Result<(), Violation> {
    let listed = walk_families_of(store, &round.person, limit).await?;
    let ids: Vec<FamilyId> = listed.iter().map(|family| family.id).collect();
    let missed: Vec<FamilyId> = round.stay.iter().map(|draft| draft.family.id).filter(|id| !ids.contains(id)).collect();
    ensure!(missed.is_empty(), "a walk beside writes must list families that stay, but missed {missed:?}");
    ensure!(!ids.contains(&round.ended.family.id), "a walk must not list a family that was revoked before it");
    let own = |family: &counterfoil::store::FamilyParts| {
        family.owner == round.person.owner && family.realm == round.person.realm && family.revoked.is_none()
    };
    ensure!(listed.iter().all(own), "a walk must list the owner's families alone, and none that is revoked");
    Ok(())
}

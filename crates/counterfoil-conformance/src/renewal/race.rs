//! Runs renewals, inserts and relabels of one owner on real threads. They compete for the same label, or for the last
//! places under a cap.

use std::sync::Arc;

use counterfoil::store::{Applied, Inserted, Rotated, TokenStore};
use counterfoil::types::{FamilyId, Version};

use crate::fixture::Store;
use crate::races::{Track, tracks};
use crate::sample::{Draft, GONE, Person, at, relabel, renewing, supersede};
use crate::subject::Subject;
use crate::together::found_all;
use crate::violation::{Violation, ensure};
use crate::walk::walk_families_of;

/// The number by which the rounds of [`Scale`](crate::Scale) are divided.
const PART: u32 = 9;

/// Checks races for the label of a family that is past its `gone_at`. Some racers rotate it with `labelled: true`, some
/// insert a new family with its label, and some give its label to their own family. Exactly one call must succeed.
pub(super) async fn for_one_label(subject: &Subject) -> Result<(), Violation> {
    for track in tracks(subject, PART).await {
        for round in 0..track.rounds {
            label_round(&track, round).await?;
        }
    }
    Ok(())
}

async fn label_round(track: &Track, round: u64) -> Result<(), Violation> {
    let person = Person::somebody();
    let holder = person.pat().labelled("one").ending(Some(at(5)), Some(at(10)));
    let parent = holder.found(&*track.store).await?;
    let others: Vec<Draft> = (0..track.pool.len()).map(|_| person.pat().ending(None, None)).collect();
    let relabels = |racer: usize| (racer + usize::try_from(round).unwrap_or(0)) % 3 == 2;
    let own: Vec<Draft> =
        (0..others.len()).filter(|racer| relabels(*racer)).map(|racer| others[racer].clone()).collect();
    found_all(&*track.store, &own).await?;
    let holder = Arc::new(holder);
    let answers = track
        .pool
        .race(|racer| {
            let (store, holder, other) =
                (Store::clone(track.handle(racer)), Arc::clone(&holder), others[racer].clone());
            let turn = (racer + usize::try_from(round).unwrap_or(0)) % 3;
            async move {
                match turn {
                    0 => {
                        let next = holder.successor(parent, 1);
                        let step = renewing(supersede(Version::FIRST, next.id, at(10)), true, None);
                        match store.rotate(&parent, &step, std::slice::from_ref(&next), at(10)).await? {
                            Rotated::Done => Ok(Some(holder.family.id)),
                            Rotated::Stale(_) | Rotated::LabelLost => Ok(None),
                            other => Err(Violation::new(format!("a renewal must not get {other:?}"))),
                        }
                    }
                    1 => {
                        let new = other.labelled("one");
                        match store.insert(new.home(None), &new.records, at(10)).await? {
                            Inserted::Done => Ok(Some(new.family.id)),
                            Inserted::LabelTaken(_) => Ok(None),
                            other => Err(Violation::new(format!("an insert must not get {other:?}"))),
                        }
                    }
                    _ => match store.apply(&other.id(), Version::FIRST, &relabel("one"), at(10)).await? {
                        Applied::Done(_) => Ok(Some(other.family.id)),
                        Applied::LabelTaken(_) => Ok(None),
                        other => Err(Violation::new(format!("a relabel must not get {other:?}"))),
                    },
                }
            }
        })
        .await;
    let winners: Vec<FamilyId> =
        answers.into_iter().collect::<Result<Vec<_>, Violation>>()?.into_iter().flatten().collect();
    let listed = walk_families_of(&*track.store, &person, 100).await?;
    let holders: Vec<FamilyId> =
        listed.iter().filter(|family| family.label_key == holder.family.label_key).map(|family| family.id).collect();
    ensure!(
        winners.len() == 1 && winners == holders,
        "of a renewal, inserts and relabels that want one label, one must win and hold it, but {winners:?} won and \
         {holders:?} hold it"
    );
    let renewed = listed.iter().any(|family| family.id == holder.family.id && family.generation > 0);
    ensure!(
        renewed == (winners == [holder.family.id]),
        "a refused renewal must write nothing, and one that was done must stay"
    );
    Ok(())
}

/// Checks races for the last places under a cap. Some racers each rotate an expired family of their own, and others
/// insert a new one, all with the same cap. One racer rotates a live family, which the cap must not refuse.
pub(super) async fn for_the_last_places(subject: &Subject) -> Result<(), Violation> {
    for track in tracks(subject, PART).await {
        for round in 0..track.rounds {
            cap_round(&track, round).await?;
        }
    }
    Ok(())
}

async fn cap_round(track: &Track, round: u64) -> Result<(), Violation> {
    let person = Person::somebody();
    let signs_in = round % 2 == 1;
    let alike = || if signs_in { person.refresh() } else { person.pat() };
    let cap = 1 + u32::try_from(round % 6).unwrap_or(0);
    let live = alike();
    let parent = live.found(&*track.store).await?;
    let rotates = |racer: usize| racer % 3 != 2;
    let drafts: Vec<Draft> = (0..track.pool.len())
        .map(|racer| if rotates(racer) { alike().ending(Some(at(5)), Some(at(GONE))) } else { alike() })
        .collect();
    let expired: Vec<Draft> =
        (1..drafts.len()).filter(|racer| rotates(*racer)).map(|racer| drafts[racer].clone()).collect();
    found_all(&*track.store, &expired).await?;
    let live = Arc::new(live);
    let answers = track
        .pool
        .race(|racer| {
            let store = Store::clone(track.handle(racer));
            let (draft, live) = (drafts[racer].clone(), Arc::clone(&live));
            async move {
                if racer % 3 == 2 {
                    return match store.insert(draft.home(Some(cap)), &draft.records, at(5)).await? {
                        Inserted::Done => Ok(true),
                        Inserted::OwnerFull => Ok(false),
                        other => Err(Violation::new(format!("an insert under a cap must not get {other:?}"))),
                    };
                }
                let (of, parent) = if racer == 0 { (&*live, parent) } else { (&draft, draft.id()) };
                let next = of.successor(parent, 1);
                let step = renewing(supersede(Version::FIRST, next.id, at(5)), false, Some(cap));
                match store.rotate(&parent, &step, std::slice::from_ref(&next), at(5)).await? {
                    Rotated::Done => Ok(racer != 0),
                    Rotated::OwnerFull if racer != 0 => Ok(false),
                    other => Err(Violation::new(format!("racer {racer} must not get {other:?} for its rotation"))),
                }
            }
        })
        .await;
    let mut admitted = 0;
    for answer in answers {
        admitted += u32::from(answer?);
    }
    let room = (cap - 1).min(u32::try_from(track.pool.len() - 1).unwrap_or(u32::MAX));
    let listed = walk_families_of(&*track.store, &person, 100).await?;
    let living = listed.iter().filter(|family| family.live_until.is_none_or(|end| end > at(5))).count();
    ensure!(
        admitted == room && living == room as usize + 1,
        "under a cap of {cap}, {} families must be live, but {living} are, and {admitted} were let in beside one",
        room + 1
    );
    Ok(())
}

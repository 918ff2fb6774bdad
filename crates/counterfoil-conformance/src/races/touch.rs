//! Runs touches, claims and settlements concurrently with changes that they must not affect.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use counterfoil::Timestamp;
use counterfoil::store::{Applied, NoticeMark, Rotated, TokenStore};
use counterfoil::types::{RecordId, Version};

use super::{Track, tracks};
use crate::dice::Dice;
use crate::fixture::Store;
use crate::sample::{Draft, GONE, Person, at, describe_as, most, must_get, revoked, supersede};
use crate::subject::Subject;
use crate::together::{found_all, must_get_all};
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Clause 17: no apply, rotate or revoke fails or becomes `Stale` because of a touch, claim or settle.
///
/// Half of the threads each edit, rotate and revoke their own family. The other threads touch batches of the same ids
/// in random order, and claim and settle notices, until the last family is revoked. One family counts as one round of
/// the scale. Afterwards each `last_used_at` must be the latest of the touches that returned.
pub async fn touch_disturbs_nobody(subject: &Subject) -> Verdict {
    let lives = (subject.scale().threads / 2).max(1);
    for track in tracks(subject, u32::try_from(lives).unwrap_or(u32::MAX)).await {
        for round in 0..track.rounds {
            one_round(&track, lives, round).await?;
        }
    }
    Ok(Checked::Held)
}

async fn one_round(track: &Track, lives: usize, round: u64) -> Result<(), Violation> {
    let person = Arc::new(Person::somebody());
    let drafts: Vec<Draft> = (0..lives).map(|_| person.refresh().with_access().noticed(at(10), 0)).collect();
    found_all(&*track.store, &drafts).await?;
    let ids: Arc<Vec<RecordId>> =
        Arc::new(drafts.iter().flat_map(|draft| &draft.records).map(|record| record.id).collect());
    let living = Arc::new(AtomicUsize::new(lives));
    let answers = track
        .pool
        .race(|racer| {
            let (store, person, draft) =
                (Store::clone(track.handle(racer)), Arc::clone(&person), drafts.get(racer).cloned());
            let (ids, living) = (Arc::clone(&ids), Arc::clone(&living));
            async move {
                if let Some(draft) = draft {
                    let lived = live(&*store, &person, &draft).await;
                    living.fetch_sub(1, Ordering::Release);
                    return lived.map(|()| Uses::new());
                }
                let (mut dice, mut uses) = (Dice::new(round << 16 | racer as u64), Uses::new());
                // The loop runs at least once and at most 200 times.
                for _ in 0..200 {
                    use_and_claim(&*store, &ids, &mut dice, &mut uses).await?;
                    if living.load(Ordering::Acquire) == 0 {
                        break;
                    }
                }
                Ok(uses)
            }
        })
        .await;
    let mut uses = Uses::new();
    for answer in answers {
        answer?.into_iter().for_each(|(id, at)| note(&mut uses, id, at));
    }
    for record in must_get_all(&*track.store, &ids).await? {
        let (id, used) = (record.record().id, record.record().last_used_at);
        let last = uses.get(&id).copied();
        ensure!(
            used == last,
            "{id:?} must be last used at {last:?}, the latest touch that returned, but is at {used:?}"
        );
    }
    Ok(())
}

/// For each record, the latest instant of a touch.
type Uses = HashMap<RecordId, Timestamp>;

fn note(uses: &mut Uses, id: RecordId, at: Timestamp) {
    let last = uses.entry(id).or_insert(at);
    *last = at.max(*last);
}

/// Every version is known in advance. If a touch changed a version, the next change would return `Stale`.
async fn live(store: &dyn TokenStore, person: &Person, draft: &Draft) -> Result<(), Violation> {
    let id = draft.id();
    for version in 0..3 {
        let answer = store.apply(&id, Version::new(version), &describe_as("edited"), at(5)).await?;
        ensure_is!(answer, Applied::Done(_), "an edit beside touches and claims must go through");
    }
    let next = draft.successor(id, 1);
    let answer =
        store.rotate(&id, &supersede(Version::new(3), next.id, at(6)), std::slice::from_ref(&next), at(6)).await?;
    ensure_is!(answer, Rotated::Done, "a rotation beside touches and claims must go through");
    let progress = store.revoke(person.family(draft.family.id), revoked(at(7)), at(GONE), most(1)).await?;
    ensure!(progress.changed > 0, "a revocation beside touches and claims must go through");
    let stands = must_get(store, &id).await?;
    ensure!(
        stands.record().version == Version::new(4) && stands.revoked().is_some(),
        "what was done must stand: {stands:?}"
    );
    Ok(())
}

async fn use_and_claim(
    store: &dyn TokenStore,
    ids: &[RecordId],
    dice: &mut Dice,
    uses: &mut Uses,
) -> Result<(), Violation> {
    let batch: Vec<(RecordId, Timestamp)> = (0..6).map(|_| (*dice.pick(ids), at(dice.below(1_000)))).collect();
    store.touch(&batch).await?;
    batch.iter().for_each(|(id, at)| note(uses, *id, *at));
    for (id, _) in batch.iter().take(2) {
        let Some(held) = must_get(store, id).await?.record().notice else { continue };
        let until = Timestamp::from_micros(held.at.micros() + 1).unwrap_or(held.at);
        if store.claim(id, held, until).await?.is_some() {
            let lease = NoticeMark { at: until, ..held };
            let later = NoticeMark { at: Timestamp::from_micros(until.micros() + 1).unwrap_or(until), ..held };
            let _ = store.settle(id, lease, Some(later), Some((at(50), 0))).await?;
        }
    }
    Ok(())
}

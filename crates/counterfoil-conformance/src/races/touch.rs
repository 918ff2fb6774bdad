//! Uses, claims and settlements beside changes that must not notice them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use counterfoil::store::{Applied, NoticeMark, Rotated, TokenStore};
use counterfoil::{RecordId, Ts, Version};

use super::{Track, tracks};
use crate::dice::Dice;
use crate::sample::{Draft, GONE, Person, at, describe_as, most, must_get, revoked, supersede};
use crate::subject::{Store, Subject};
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Clause 17: No apply, rotate or revoke fails or turns `Stale` because of a touch, claim or settle.
///
/// One thread edits, rotates and revokes; all others touch batches of the same ids in every order, claim and settle.
pub async fn touch_disturbs_nobody(subject: &Subject) -> Verdict {
    for track in tracks(subject, 4).await {
        for round in 0..track.rounds {
            one_round(&track, round).await?;
        }
    }
    Ok(Checked::Held)
}

async fn one_round(track: &Track, round: u64) -> Result<(), Violation> {
    let person = Arc::new(Person::somebody());
    let mut drafts = Vec::new();
    for _ in 0..3 {
        let draft = person.refresh().with_access().noticed(at(10), 0);
        draft.found(&track.store).await?;
        drafts.push(draft);
    }
    let ids: Arc<Vec<RecordId>> =
        Arc::new(drafts.iter().flat_map(|draft| &draft.records).map(|record| record.id).collect());
    let (drafts, over) = (Arc::new(drafts), Arc::new(AtomicBool::new(false)));
    let answers = track
        .pool
        .race(|racer| {
            let (store, person, drafts) = (Store::clone(&track.store), Arc::clone(&person), Arc::clone(&drafts));
            let (ids, over) = (Arc::clone(&ids), Arc::clone(&over));
            async move {
                if racer == 0 {
                    let lived = live(&*store, &person, &drafts).await;
                    over.store(true, Ordering::Release);
                    return lived;
                }
                let mut dice = Dice::new(round << 16 | racer as u64);
                // Not endless, and not before once.
                for _ in 0..200 {
                    use_and_claim(&*store, &ids, &mut dice).await?;
                    if over.load(Ordering::Acquire) {
                        break;
                    }
                }
                Ok(())
            }
        })
        .await;
    answers.into_iter().collect::<Result<(), Violation>>()?;
    for id in &*ids {
        let used = must_get(&track.store, id).await?.record().last_used_at;
        ensure!(used <= Some(at(1_000)), "nobody used {id:?} at {used:?}");
    }
    Ok(())
}

/// Every version is known in advance: had a touch moved one, the next change would be `Stale`.
async fn live(store: &dyn TokenStore, person: &Person, drafts: &[Draft]) -> Result<(), Violation> {
    for draft in drafts {
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
    }
    Ok(())
}

async fn use_and_claim(store: &dyn TokenStore, ids: &[RecordId], dice: &mut Dice) -> Result<(), Violation> {
    let batch: Vec<(RecordId, Ts)> = (0..ids.len()).map(|_| (*dice.pick(ids), at(dice.below(1_000)))).collect();
    store.touch(&batch).await?;
    for (id, _) in batch.iter().take(2) {
        let Some(held) = must_get(store, id).await?.record().notice else { continue };
        let until = Ts::from_micros(held.at.micros() + 1).unwrap_or(held.at);
        if store.claim(id, held, until).await?.is_some() {
            let lease = NoticeMark { at: until, ..held };
            let later = NoticeMark { at: Ts::from_micros(until.micros() + 1).unwrap_or(until), ..held };
            let _ = store.settle(id, lease, Some(later), Some((at(50), 0))).await?;
        }
    }
    Ok(())
}

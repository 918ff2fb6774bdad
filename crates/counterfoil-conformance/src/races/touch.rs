//! Runs touches, claims and settlements concurrently with changes of the same records. The changes must not be
//! affected.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use counterfoil::Timestamp;
use counterfoil::store::{Applied, Change, NoticeMark, ParentUpdate, Revoke, Rotated, TokenStore};
use counterfoil::types::{KeyId, RecordId, Version};

use super::{Track, tracks};
use crate::dice::Dice;
use crate::fixture::Store;
use crate::sample::{
    Draft, EXPIRES, GONE, Person, at, describe_as, digest_of, most, must_get, relabel, revoked, slide, supersede,
};
use crate::slow::pause;
use crate::subject::Subject;
use crate::together::{found_all, must_get_all};
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks that a touch, claim or settle never makes an apply, rotate or revoke fail or become `Stale` (clause 17 of
/// `TokenStore`).
///
/// Each thread in the first half of the threads has a family of its own, which it changes, rotates and revokes. The
/// other threads touch the records of all families in random order, and claim and settle their notices, until the last
/// family is revoked, but at most 200 times. A round makes many calls. So the number of rounds of
/// [`Scale`](crate::Scale) is divided by twice the number of families. Afterwards everything that a call acknowledged
/// must be stored (clause 49): each change, the latest touch of each record, and each sent notice.
pub async fn touch_disturbs_nobody(subject: &Subject) -> Verdict {
    let lives = (subject.scale().threads / 2).max(1);
    for track in tracks(subject, u32::try_from(lives * 2).unwrap_or(u32::MAX)).await {
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
                    return lived.map(|()| Acknowledged::default());
                }
                let (mut dice, mut seen) = (Dice::new(round << 16 | racer as u64), Acknowledged::default());
                // The loop runs at least once, and ends after 200 times or when the last family is revoked.
                for _ in 0..200 {
                    use_and_claim(&*store, &ids, racer, &mut dice, &mut seen).await?;
                    if living.load(Ordering::Acquire) == 0 {
                        break;
                    }
                }
                Ok(seen)
            }
        })
        .await;
    let mut seen = Acknowledged::default();
    for answer in answers {
        seen.add(answer?);
    }
    for record in must_get_all(&*track.store, &ids).await? {
        let (id, used) = (record.record().id, record.record().last_used_at);
        let last = seen.uses.get(&id).copied();
        ensure!(
            used == last,
            "{id:?} must be last used at {last:?}, the latest touch that returned, but is at {used:?}"
        );
        let noticed: BTreeSet<u8> = record.record().noticed.iter().map(|(_, stage)| *stage).collect();
        let sent = seen.sent.remove(&id).unwrap_or_default();
        ensure!(noticed == sent, "{id:?} must remember the notices {sent:?} that were sent, but remembers {noticed:?}");
    }
    Ok(())
}

/// Collects the effects of the touches and settlements that have returned. The stored records must have these effects
/// at the end of the race.
#[derive(Default)]
struct Acknowledged {
    /// For each record, the latest instant of a touch.
    uses: HashMap<RecordId, Timestamp>,
    /// For each record, the stages of the notices that were sent.
    sent: HashMap<RecordId, BTreeSet<u8>>,
}

impl Acknowledged {
    fn touched(&mut self, id: RecordId, at: Timestamp) {
        let last = self.uses.entry(id).or_insert(at);
        *last = at.max(*last);
    }

    fn add(&mut self, other: Self) {
        other.uses.into_iter().for_each(|(id, at)| self.touched(id, at));
        other.sent.into_iter().for_each(|(id, sent)| self.sent.entry(id).or_default().extend(sent));
    }
}

/// The largest number of sent notices that a record stores.
const REMEMBERED: usize = 8;

/// Changes, rotates and revokes one family, as its only writer. So the version before each change is known. If a
/// concurrent touch changed a version, the next change would return `Stale`, which is a violation.
async fn live(store: &dyn TokenStore, person: &Person, draft: &Draft) -> Result<(), Violation> {
    let (id, access) = (draft.id(), draft.records[1].id);
    let rekey = |id| Change::Rekey { digest: digest_of(id), key_id: KeyId::new(2) };
    let expiry = Change::Expiry { expires_at: Some(at(EXPIRES + 1)), gone_at: Some(at(GONE + 1)), notice: None };
    let changes = [
        (id, 0, describe_as("edited")),
        (access, 0, expiry),
        (id, 1, relabel(&format!("{id:?}"))),
        (access, 1, rekey(&access)),
        (id, 2, rekey(&id)),
    ];
    for (id, version, change) in &changes {
        let answer = store.apply(id, Version::new(*version), change, at(5)).await?;
        ensure_is!(answer, Applied::Done(_), "a change beside touches and claims must go through");
    }
    let answer = store.rotate(&id, &slide(at(EXPIRES + 2), at(GONE + 2)), &[], at(6)).await?;
    ensure_is!(answer, Rotated::Done, "a slide beside touches and claims must go through");
    pause().await;
    let slid = must_get(store, &id).await?.record().gone_at;
    ensure!(slid == Some(at(GONE + 2)), "a slide must stand, but its record is gone at {slid:?}");
    let progress = store.revoke(Revoke::One(&access), revoked(at(6)), at(GONE), most(1)).await?;
    ensure!(progress.changed == 1, "a revocation beside touches and claims must go through");
    let next = draft.successor(id, 1);
    let mut step = supersede(Version::new(3), next.id, at(6));
    if let ParentUpdate::Supersede { nonce, honoured_until, gone_at, .. } = &mut step {
        (*nonce, *honoured_until, *gone_at) = (None, None, None);
    }
    let answer = store.rotate(&id, &step, std::slice::from_ref(&next), at(6)).await?;
    ensure_is!(answer, Rotated::Done, "a rotation beside touches and claims must go through");
    let end = Change::End { honoured_until: at(8), gone_at: at(GONE + 3) };
    let answer = store.apply(&id, Version::new(4), &end, at(7)).await?;
    ensure_is!(answer, Applied::Done(_), "the end of an overlap beside touches and claims must go through");
    let progress = store.revoke(person.family(draft.family.id), revoked(at(7)), at(GONE), most(1)).await?;
    ensure!(progress.changed > 0, "a revocation beside touches and claims must go through");
    stands(store, draft).await
}

/// Checks that all changes that [`live`] made are stored.
async fn stands(store: &dyn TokenStore, draft: &Draft) -> Result<(), Violation> {
    let (read, access) = (must_get(store, &draft.id()).await?, must_get(store, &draft.records[1].id).await?);
    let (own, other) = (read.record(), access.record());
    let texts = own.description.as_ref().map(|text| text.as_str() == "edited");
    let label = own.label.as_ref().map(|label| label.as_str() == format!("{:?}", own.id));
    let window = own.superseded.and_then(|superseded| superseded.honoured_until);
    let written = own.version == Version::new(5) && read.revoked().is_some() && read.family().generation == 1;
    let ends = own.expires_at == Some(at(EXPIRES + 2)) && own.gone_at == Some(at(GONE + 3)) && window == Some(at(8));
    ensure!(
        written && ends && texts == Some(true) && label == Some(true) && own.key_id == KeyId::new(2),
        "what was done must stand: {read:?}"
    );
    let written = other.version == Version::new(2) && other.revoked == Some(revoked(at(6)));
    ensure!(
        written && other.expires_at == Some(at(EXPIRES + 1)) && other.key_id == KeyId::new(2),
        "what was done with an access token must stand: {access:?}"
    );
    Ok(())
}

async fn use_and_claim(
    store: &dyn TokenStore,
    ids: &[RecordId],
    racer: usize,
    dice: &mut Dice,
    seen: &mut Acknowledged,
) -> Result<(), Violation> {
    let batch: Vec<(RecordId, Timestamp)> = (0..12).map(|_| (*dice.pick(ids), at(dice.below(1_000)))).collect();
    store.touch(&batch).await?;
    batch.iter().for_each(|(id, at)| seen.touched(*id, *at));
    for (id, _) in batch.iter().take(2) {
        // A mark at an odd instant is the lease of a claim. No racer claims a notice that has a lease. So the
        // settlement below must find the lease unchanged, unless the record was superseded.
        let held = must_get(store, id).await?.record().notice;
        let Some(held) = held.filter(|held| held.at.micros().is_multiple_of(2)) else { continue };
        let until = Timestamp::from_micros(held.at.micros() + 1).unwrap_or(held.at);
        if store.claim(id, held, until).await?.is_some() {
            let lease = NoticeMark { at: until, ..held };
            // Other racers may write the record between the claim and the settlement.
            pause().await;
            let later = NoticeMark { at: Timestamp::from_micros(until.micros() + 1).unwrap_or(until), ..held };
            let stage = u8::try_from(racer % REMEMBERED).unwrap_or(0);
            let held = store.settle(id, lease, Some(later), Some((at(50), stage))).await?;
            seen.sent.entry(*id).or_default().insert(stage);
            if !held {
                let ended = must_get(store, id).await?.record().superseded.is_some();
                ensure!(ended, "a lease of {id:?} was lost, although no other call claimed it or set a notice");
            }
        }
    }
    Ok(())
}

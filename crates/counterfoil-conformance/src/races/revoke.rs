//! Runs a revocation of a family concurrently with rotations, joins, changes and slides of this family.

use std::sync::{Arc, Mutex, PoisonError};

use counterfoil::store::{Applied, Change, Inserted, Rotated, TokenStore};
use counterfoil::types::{RecordId, TokenKind};

use super::{Track, tracks};
use crate::dice::Dice;
use crate::fixture::Store;
use crate::revoke::family_is_over;
use crate::sample::{Draft, EXPIRES, GONE, Person, at, most, must_get, relabel, revoked, slide, supersede};
use crate::slow::pause;
use crate::subject::Subject;
use crate::together::must_get_all;
use crate::violation::{Checked, Verdict, Violation, ensure};
use crate::walk::walk;

/// The largest number of rotations that one racer makes. Each rotation replaces the newest token that the racer has
/// found.
const STEPS: u64 = 12;

/// Checks a revocation that runs concurrently with rotations and joins (clause 13 of `TokenStore`). After the
/// revocation has returned, the whole family must read as revoked. A rotation or join that returns later must not add a
/// live record.
pub(crate) async fn refreshers_beside_a_revocation(subject: &Subject) -> Verdict {
    for track in tracks(subject, 3).await {
        for round in 0..track.rounds {
            one_round(&track, round).await?;
        }
    }
    Ok(Checked::Held)
}

async fn one_round(track: &Track, round: u64) -> Result<(), Violation> {
    let person = Arc::new(Person::somebody());
    let draft = Arc::new(person.refresh().with_access());
    let root = draft.found(&track.store).await?;
    let written = Arc::new(Mutex::new(vec![root, draft.records[1].id]));
    let answers = track
        .pool
        .race(|racer| {
            let (store, person, draft) = (Store::clone(track.handle(racer)), Arc::clone(&person), Arc::clone(&draft));
            let written = Arc::clone(&written);
            async move {
                match racer {
                    0 => end(&*store, &person, &draft, &written, round).await,
                    1 | 2 => join(&*store, &draft, &written).await,
                    3 | 4 => change(&*store, root, racer).await,
                    _ => refresh(&*store, &draft, root, &written).await,
                }
            }
        })
        .await;
    answers.into_iter().collect::<Result<(), Violation>>()?;
    let members = written.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut tip = (0, root);
    for kind in [TokenKind::RefreshToken, TokenKind::AccessToken] {
        for record in walk(&*track.store, person.listing(kind), 100).await? {
            ensure!(record.revoked().is_some(), "a record of a revoked family lives on: {record:?}");
            if kind == TokenKind::RefreshToken {
                tip = tip.max((record.record().generation, record.record().id));
            }
        }
    }
    family_is_over(&*track.store, &draft, &members, tip.1, tip.0).await
}

type Written = Mutex<Vec<RecordId>>;

fn note(written: &Written, ids: &[RecordId]) {
    written.lock().unwrap_or_else(PoisonError::into_inner).extend(ids);
}

/// Revokes the family after a delay that depends on the seed. Afterwards, checks that every record whose insert was
/// acknowledged reads as revoked.
async fn end(
    store: &dyn TokenStore,
    person: &Person,
    draft: &Draft,
    written: &Written,
    seed: u64,
) -> Result<(), Violation> {
    for _ in 0..Dice::new(seed).below(24) {
        pause().await;
    }
    let progress = store.revoke(person.family(draft.family.id), revoked(at(9)), at(GONE), most(1)).await?;
    ensure!(progress.changed > 0, "the only revocation must change something");
    for _ in 0..4 {
        let known = written.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for stands in must_get_all(store, &known).await? {
            ensure!(stands.revoked().is_some(), "revoke had returned, but this read as alive: {stands:?}");
        }
        pause().await;
    }
    Ok(())
}

async fn refresh(store: &dyn TokenStore, draft: &Draft, root: RecordId, written: &Written) -> Result<(), Violation> {
    let mut tip = root;
    for _ in 0..STEPS {
        let stands = must_get(store, &tip).await?;
        if let Some(superseded) = stands.record().superseded {
            tip = superseded.successor;
            continue;
        }
        let next = draft.successor(tip, stands.record().generation + 1);
        let new = [next.clone(), draft.access(next.generation)];
        match store.rotate(&tip, &supersede(stands.record().version, next.id, at(5)), &new, at(5)).await? {
            Rotated::Done => {
                note(written, &[new[0].id, new[1].id]);
                tip = next.id;
            }
            Rotated::Stale(stands) => tip = stands.record().superseded.map_or(tip, |superseded| superseded.successor),
            Rotated::FamilyEnded => return Ok(()),
            other => return Err(Violation::new(format!("a refresher beside a revocation must not get {other:?}"))),
        }
    }
    Ok(())
}

/// The largest number of times that one racer changes the newest record of the family.
const CHANGES: usize = 9;

/// Changes the newest record of the family again and again. The change is in turn a new label, a new expiry, or a slide
/// (a rotation that keeps the token and moves its end). The number of the racer determines which of the three is the
/// first.
async fn change(store: &dyn TokenStore, root: RecordId, racer: usize) -> Result<(), Violation> {
    let mut tip = root;
    for step in racer..racer + CHANGES {
        let stands = must_get(store, &tip).await?;
        if let Some(superseded) = stands.record().superseded {
            tip = superseded.successor;
            continue;
        }
        let change = match step % 3 {
            0 => relabel(&format!("{root:?}")),
            1 => Change::Expiry { expires_at: Some(at(EXPIRES + 1)), gone_at: Some(at(GONE)), notice: None },
            _ => {
                let ends = slide(at(EXPIRES + 2), at(GONE));
                match store.rotate(&tip, &ends, &[], at(5)).await? {
                    Rotated::Done | Rotated::Stale(_) => continue,
                    Rotated::FamilyEnded => return Ok(()),
                    other => return Err(Violation::new(format!("a slide beside a revocation must not get {other:?}"))),
                }
            }
        };
        match store.apply(&tip, stands.record().version, &change, at(5)).await? {
            Applied::Done(_) => {}
            Applied::Stale(stands) if stands.revoked().is_some() => return Ok(()),
            Applied::Stale(_) => {}
            other => return Err(Violation::new(format!("a change beside a revocation must not get {other:?}"))),
        }
    }
    Ok(())
}

async fn join(store: &dyn TokenStore, draft: &Draft, written: &Written) -> Result<(), Violation> {
    for _ in 0..STEPS {
        let generation = must_get(store, &draft.id()).await?.family().generation;
        let access = draft.access(generation);
        match store.insert(draft.join(generation), std::slice::from_ref(&access), at(5)).await? {
            Inserted::Done => note(written, &[access.id]),
            Inserted::FamilyMoved => {}
            Inserted::FamilyEnded => return Ok(()),
            other => return Err(Violation::new(format!("a join beside a revocation must not get {other:?}"))),
        }
    }
    Ok(())
}

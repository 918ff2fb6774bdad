//! Checks that the superseded records of old generations stay stored (clause 41 of `TokenStore`). A generation is one
//! refresh token in a chain of rotations.

use counterfoil::Timestamp;
use counterfoil::store::{Rotated, TokenStore};
use counterfoil::types::{RecordId, Version};

use crate::sample::{Draft, GONE, Person, at, most, must_get, supersede};
use crate::subject::Subject;
use crate::together::must_get_all;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Half of the number of rotations that the check makes. After the first half, it purges the retry windows that have
/// ended. The total number of rotations does not fit into 8 bits.
const HALF: u64 = 130;

/// Checks that a rotation removes nothing (clause 41 of `TokenStore`). A superseded record must stay until its
/// `gone_at`, whether it was shrunk or not. So a replay of an old token is always detected.
pub async fn generations_stay(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    let draft = Person::somebody().refresh().labelled("one");
    let mut chain = vec![draft.found(&*store).await?];
    go_down(&*store, &draft, &mut chain).await?;
    all_are_there(&*store, &chain).await?;
    // The retry windows of all superseded records except the newest one have ended. The purge must shrink the records
    // whose window has ended, and remove none.
    let shrunk = purge(&*store, at(GONE - 1), at(HALF + 9)).await?;
    ensure!(shrunk == HALF - 1, "{} generations must shrink, but {shrunk} did", HALF - 1);
    go_down(&*store, &draft, &mut chain).await?;
    all_are_there(&*store, &chain).await?;
    replays_are_known(&*store, &draft, &chain).await?;
    purge(&*store, at(GONE - 1), at(GONE - 1)).await?;
    all_are_there(&*store, &chain).await?;
    let gone = purge(&*store, at(GONE), at(GONE)).await?;
    let wanted = u64::try_from(chain.len()).unwrap_or(u64::MAX);
    ensure!(gone == wanted, "on gone_at all {wanted} generations must go, but {gone} did");
    Ok(Checked::Held)
}

async fn go_down(store: &dyn TokenStore, draft: &Draft, chain: &mut Vec<RecordId>) -> Result<(), Violation> {
    for _ in 0..HALF {
        let (generation, parent) = (chain.len() as u64, chain[chain.len() - 1]);
        let next = draft.successor(parent, generation);
        let step = supersede(Version::FIRST, next.id, at(generation));
        let answer = store.rotate(&parent, &step, std::slice::from_ref(&next), at(generation)).await?;
        ensure_is!(answer, Rotated::Done, "rotation {generation} of a family must go through");
        chain.push(next.id);
    }
    Ok(())
}

async fn all_are_there(store: &dyn TokenStore, chain: &[RecordId]) -> Result<(), Violation> {
    for (generation, id) in chain.iter().enumerate() {
        let found = store.get(id).await?;
        ensure!(found.is_some(), "generation {generation} of {} must stay until its gone_at", chain.len());
    }
    let newest = chain.len() as u64 - 1;
    for (generation, stands) in (0..).zip(must_get_all(store, chain).await?) {
        let next = stands.record().superseded.map(|superseded| superseded.successor);
        let wanted = chain.get(usize::try_from(generation).unwrap_or(usize::MAX) + 1).copied();
        ensure!(next == wanted, "generation {generation} must name its successor {wanted:?}, but names {next:?}");
        let found = (stands.record().generation, stands.family().generation);
        ensure!(found == (generation, newest), "generation {generation} of {newest} must say so, but says {found:?}");
    }
    Ok(())
}

/// Checks that a replay of any generation finds a superseded record, even of the first generation and even if the
/// record was shrunk.
async fn replays_are_known(store: &dyn TokenStore, draft: &Draft, chain: &[RecordId]) -> Result<(), Violation> {
    for (generation, id) in chain.iter().enumerate().take(chain.len() - 1).step_by(17) {
        let stands = must_get(store, id).await?;
        let next = draft.successor(*id, generation as u64 + 1);
        let step = supersede(stands.record().version, next.id, at(999));
        let answer = store.rotate(id, &step, std::slice::from_ref(&next), at(999)).await?;
        ensure_is!(
            &answer,
            Rotated::Stale(stands) if stands.record().superseded.is_some(),
            "generation {generation} must be known as superseded"
        );
    }
    Ok(())
}

async fn purge(store: &dyn TokenStore, now: Timestamp, windows_before: Timestamp) -> Result<u64, Violation> {
    let mut changed = 0;
    for _ in 0..1_000 {
        let progress = store.purge(now, now, windows_before, most(50)).await?;
        changed += progress.changed;
        if !progress.more {
            return Ok(changed);
        }
    }
    Err(Violation::new("a purge must end"))
}

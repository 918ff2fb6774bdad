//! Checks the last use of records (clause 16 of `TokenStore`). The check that a touch does not disturb other calls
//! (clause 17) is in `races/touch.rs`.

use counterfoil::Timestamp;
use counterfoil::store::{Revoke, TokenRecord, TokenStore};
use counterfoil::types::{RecordId, TokenKind};

use crate::reference::{describe, same};
use crate::sample::{EXPIRES, GONE, Person, at, member_id, most, must_get, revoked};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure};
use crate::walk::{walk, walk_due};

/// Checks touches (clause 16 of `TokenStore`). A touch must never set `last_used_at` to an earlier instant, never
/// change a version, and never create or restore a record. Ids in any order, and any number of concurrent batches, must
/// give no error.
pub async fn touch_is_forward(subject: &Subject) -> Verdict {
    let store = subject.fresh().await;
    let ann = Person::new("default", "ann");
    let id = ann.pat().noticed(at(70), 1).found(&*store).await?;
    let untouched = must_get(&*store, &id).await?;
    let mut highest = None;
    for when in [10, 10, 9, 11, 0, 5, 12, 1_000_000_000] {
        store.touch(&[(id, at(when))]).await?;
        highest = highest.max(Some(at(when)));
        only_the_use_moved(&untouched, highest, &must_get(&*store, &id).await?)?;
    }
    // One batch contains the same ids several times, falling and rising instants, and unknown ids.
    let ghost = member_id(id.family());
    let stranger = member_id(ann.family_id());
    let second = ann.refresh().with_access();
    second.found(&*store).await?;
    let (refresh, access) = (second.records[0].id, second.records[1].id);
    let batch = [
        (ghost, at(5)),
        (access, at(20)),
        (refresh, at(30)),
        (stranger, at(5)),
        (access, at(19)),
        (refresh, at(31)),
        (access, at(18)),
    ];
    store.touch(&batch).await?;
    store.touch(&[]).await?;
    for (id, wanted) in [(access, at(20)), (refresh, at(31))] {
        let used = must_get(&*store, &id).await?.record().last_used_at;
        ensure!(used == Some(wanted), "the latest use of a batch must stay, {}, but it was {used:?}", wanted.micros());
    }
    no_ghosts(&*store, &ann, &[ghost, stranger]).await?;
    no_resurrection(&*store, &ann).await?;
    let many: Vec<(RecordId, Timestamp)> =
        (0..1_000).map(|when| (if when % 2 == 0 { id } else { member_id(stranger.family()) }, at(when))).collect();
    store.touch(&many).await?;
    crate::extremes::touches_beyond_a_thousand(&*store).await?;
    Ok(Checked::Held)
}

fn only_the_use_moved(before: &TokenRecord, used: Option<Timestamp>, after: &TokenRecord) -> Result<(), Violation> {
    let (mut record, family) = before.clone().into_parts();
    record.last_used_at = used;
    let wanted = TokenRecord::from_parts(record, family).map_err(|corrupt| Violation::new(corrupt.to_string()))?;
    ensure!(
        same(&wanted, after),
        "a touch must move the last use forward and nothing else:\n{}\n{}",
        describe(&wanted),
        describe(after)
    );
    Ok(())
}

async fn no_ghosts(store: &dyn TokenStore, ann: &Person, unknown: &[RecordId]) -> Result<(), Violation> {
    for id in unknown {
        ensure!(store.get(id).await?.is_none(), "a touch must not create a record");
    }
    for kind in TokenKind::ALL {
        let listed = walk(store, ann.listing(kind), 7).await?;
        ensure!(
            listed.iter().all(|record| !unknown.contains(&record.record().id)),
            "a touch must not create a listed ghost"
        );
    }
    let counted: u64 = store.census().await?.iter().map(|(_, count)| count).sum();
    ensure!(counted == 3, "a touch must not create a counted ghost: 3 records are there, {counted} were counted");
    ensure!(walk_due(store, at(GONE), 7).await?.len() == 1, "a touch must not create a due ghost");
    Ok(())
}

/// Touches purged, revoked and expired records. Checks that purged records stay absent, revoked ones revoked, and
/// expired ones expired.
async fn no_resurrection(store: &dyn TokenStore, ann: &Person) -> Result<(), Violation> {
    let draft = ann.refresh().with_access().ending(Some(at(40)), Some(at(50)));
    draft.found(store).await?;
    let access = draft.records[1].id;
    let _ = store.revoke(Revoke::One(&access), revoked(at(5)), at(50), most(1)).await?;
    store.touch(&[(access, at(45)), (draft.id(), at(45))]).await?;
    ensure!(
        must_get(store, &access).await?.revoked() == Some(revoked(at(5))),
        "a touch must not revive a revoked record"
    );
    let expired = must_get(store, &draft.id()).await?;
    ensure!(expired.record().expires_at == Some(at(40)) && at(40) < at(EXPIRES), "a touch must not move an expiry");
    let _ = store.purge(at(60), at(60), at(0), most(10)).await?;
    store.touch(&[(access, at(70)), (draft.id(), at(70))]).await?;
    for id in [access, draft.id()] {
        ensure!(store.get(&id).await?.is_none(), "a touch must not bring back what was purged");
    }
    Ok(())
}

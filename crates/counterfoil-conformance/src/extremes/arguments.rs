//! Checks requests whose instants are far in the future. Such an instant needs many bits, and a store must keep all of
//! them.

use counterfoil::Timestamp;
use counterfoil::store::{Inserted, NoticeMark, ParentUpdate, Show, TokenStore};
use counterfoil::types::{RecordId, TokenKind, Version};

use crate::purge::purge;
use crate::sample::{Person, at, most, must_get, pace, refuse, supersede};
use crate::violation::{Violation, ensure, ensure_is};
use crate::walk::{ids, walk, walk_due};

/// Three instants far in the future. The first does not fit into 31 bits of seconds, and the second does not fit into
/// 52 bits of microseconds. The third is the last instant that can be `now`. None of them is a whole number of
/// milliseconds.
fn instants() -> [Timestamp; 3] {
    let last = Timestamp::MAX.micros() - 1;
    [(1_000_000 << 31) + 1, (1 << 52) + 1, last].map(instant)
}

fn instant(micros: u64) -> Timestamp {
    Timestamp::from_micros(micros).expect("an instant")
}

/// Checks that a store compares instants exactly if they are far in the future. Each of the three [`instants`] is used
/// as the expiry of a record, as its creation time, as the time of a notice, as `gone_at`, and as the end of a retry
/// window. The store must treat it as reached at this instant itself, and not one microsecond earlier.
pub(crate) async fn limits_are_reached_late(store: &dyn TokenStore) -> Result<(), Violation> {
    for limit in instants() {
        let before = instant(limit.micros() - 1);
        lives_until(store, before, limit).await?;
        is_paced_since(store, before, limit).await?;
        is_due(store, before, limit).await?;
        goes(store, before, limit).await?;
        shrinks(store, before, limit).await?;
    }
    Ok(())
}

/// Checks a record whose expiry and `gone_at` are `limit`. At `before` it must be listed as current
/// ([`Show::Standing`]) and count towards the cap on the owner's live families. At `limit` it must not.
async fn lives_until(store: &dyn TokenStore, before: Timestamp, limit: Timestamp) -> Result<(), Violation> {
    let person = Person::somebody();
    let id = person.pat().ending(Some(limit), Some(limit)).found(store).await?;
    for (now, shown) in [(before, true), (limit, false)] {
        let of = person.standing(TokenKind::PersonalAccessToken, now);
        ensure!(matches!(of, counterfoil::store::Listing::Owner { show: Show::Standing { .. }, .. }), "a listing");
        let stands = ids(&walk(store, of, 5).await?).contains(&id);
        ensure!(stands == shown, "what is gone at {limit:?} must be listed at {now:?}: {shown}");
    }
    let next = person.pat();
    let answer = store.insert(next.bounded(Some(refuse(1)), None), &next.records, before).await?;
    ensure_is!(answer, Inserted::OwnerFull, "a family that lives until {limit:?} must count at {before:?}");
    let answer = store.insert(next.bounded(Some(refuse(1)), None), &next.records, limit).await?;
    ensure_is!(answer, Inserted::Done, "a family that lives until {limit:?} must not count then");
    Ok(())
}

async fn is_paced_since(store: &dyn TokenStore, before: Timestamp, limit: Timestamp) -> Result<(), Violation> {
    let person = Person::somebody();
    person.pat().created(limit).found(store).await?;
    let next = person.pat().created(limit);
    let answer = store.insert(next.bounded(None, Some(pace(1, before))), &next.records, limit).await?;
    ensure_is!(answer, Inserted::PaceReached { .. }, "a record made at {limit:?} must count since {before:?}");
    let answer = store.insert(next.bounded(None, Some(pace(1, limit))), &next.records, limit).await?;
    ensure_is!(answer, Inserted::Done, "a record made at {limit:?} must not count since then");
    Ok(())
}

/// Claims a notice. The claim has a lease until `limit`, during which the notice is not due. So the notice must not be
/// due at `before`, and must be due again at `limit`. A call of `settle` that names this lease must succeed.
async fn is_due(store: &dyn TokenStore, before: Timestamp, limit: Timestamp) -> Result<(), Violation> {
    let id = Person::somebody().pat().noticed(at(1), 0).found(store).await?;
    let claimed = store.claim(&id, NoticeMark { at: at(1), stage: 0 }, limit).await?;
    let lease = claimed.and_then(|record| record.record().notice).map(|mark| mark.at);
    ensure!(lease == Some(limit), "a lease must end at {limit:?}, but ends at {lease:?}");
    for (now, due) in [(before, false), (limit, true)] {
        let found = ids(&walk_due(store, now, 50).await?).contains(&id);
        ensure!(found == due, "a notice at {limit:?} must be due at {now:?}: {due}");
    }
    let mark = NoticeMark { at: limit, stage: 0 };
    ensure!(store.settle(&id, mark, None, None).await?, "the lease that ends at {limit:?} must be settled");
    Ok(())
}

async fn there(store: &dyn TokenStore, id: &RecordId, wanted: bool, when: Timestamp) -> Result<(), Violation> {
    let there = store.get(id).await?.is_some();
    ensure!(there == wanted, "after a purge at {when:?} the record must be there: {wanted}");
    Ok(())
}

async fn goes(store: &dyn TokenStore, before: Timestamp, limit: Timestamp) -> Result<(), Violation> {
    let gone = Person::somebody().pat().ending(Some(limit), Some(limit)).found(store).await?;
    let unsent = Person::somebody().pat().ending(Some(limit), Some(limit)).noticed(limit, 0).found(store).await?;
    purge(store, before, before, at(0)).await?;
    there(store, &gone, true, before).await?;
    purge(store, limit, before, at(0)).await?;
    there(store, &gone, false, limit).await?;
    there(store, &unsent, true, before).await?;
    purge(store, limit, limit, at(0)).await?;
    there(store, &unsent, false, limit).await
}

async fn shrinks(store: &dyn TokenStore, before: Timestamp, limit: Timestamp) -> Result<(), Violation> {
    let draft = Person::somebody().refresh().ending(None, None);
    let id = draft.found(store).await?;
    let next = draft.successor(id, 1);
    let mut step = supersede(Version::FIRST, next.id, at(1));
    if let ParentUpdate::Supersede { honoured_until, gone_at, .. } = &mut step {
        (*honoured_until, *gone_at) = (Some(limit), None);
    }
    let _ = store.rotate(&id, &step, std::slice::from_ref(&next), at(1)).await?;
    for (windows, wanted) in [(before, false), (limit, true)] {
        while store.purge(at(0), at(0), windows, most(50)).await?.more {}
        let shrunk = must_get(store, &id).await?.record().shrunk;
        ensure!(shrunk == wanted, "a window until {limit:?} must have ended at {windows:?}: {wanted}");
    }
    Ok(())
}

//! Checks the pace of creations, which is the largest number of credentials that an owner may create after a given
//! instant (clause 44 of `TokenStore`).

use std::sync::Arc;

use counterfoil::Timestamp;
use counterfoil::store::{Inserted, Pace, Rotated, TokenStore};
use counterfoil::types::{TokenKind, Version};

use super::{PART, snapshot, unchanged};
use crate::fixture::Store;
use crate::races::{Track, tracks};
use crate::sample::{Draft, EXPIRES, GONE, Person, at, make_room, most, must_get, pace, revoked, supersede};
use crate::subject::Subject;
use crate::together::found_all;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};
use crate::walk::walk;

/// Checks the pace of creations (clause 44 of `TokenStore`). If more records are inserted concurrently than the pace
/// allows, exactly `limit` records of the realm, owner and kind must have `created_at > since` afterwards. Revoked
/// records count too.
pub async fn creations_are_paced(subject: &Subject) -> Verdict {
    crate::extremes::wide_limits_let_in(&*subject.fresh().await).await?;
    since_is_not_counted(subject).await?;
    who_counts(subject).await?;
    every_record_of_the_kind_counts(subject).await?;
    a_refusal_writes_nothing(subject).await?;
    for track in tracks(subject, PART).await {
        for round in 0..track.rounds {
            one_round(&track, round).await?;
        }
    }
    Ok(Checked::Held)
}

async fn create(store: &dyn TokenStore, draft: &Draft, within: Pace, now: u64) -> Result<Inserted, Violation> {
    Ok(store.insert(draft.bounded(None, Some(within)), &draft.records, at(now)).await?)
}

async fn since_is_not_counted(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    // The creation times are not in ascending order, so that the order of the inserts does not help a store.
    for created in [30, 10, 20] {
        ann.pat().created(at(created)).found(&*store).await?;
    }
    for (limit, since, oldest) in
        [(3, 9, Some(10)), (3, 10, None), (2, 19, Some(20)), (2, 20, None), (1, 29, Some(30)), (1, 30, None)]
    {
        let draft = ann.pat().created(at(40)).ending(Some(at(EXPIRES)), Some(at(50)));
        let answer = create(&*store, &draft, pace(limit, at(since)), 40).await?;
        match oldest {
            None => ensure_is!(answer, Inserted::Done, "{limit} after +{since} have room for one more"),
            Some(oldest) => {
                ensure_is!(
                    answer,
                    Inserted::PaceReached { oldest: found } if found == at(oldest),
                    "{limit} after +{since} are made, and the {limit}-th newest was made at +{oldest}"
                );
            }
        }
        // This purge removes the record that this step may have created, so that the next step starts with the same
        // three records.
        let _ = store.purge(at(50), at(50), at(0), most(9)).await?;
    }
    Ok(())
}

async fn who_counts(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let first = ann.pat().created(at(11)).ending(Some(at(60)), Some(at(70)));
    ensure_is!(create(&*store, &first, pace(1, at(10)), 11).await?, Inserted::Done, "the first has room");
    let others = [ann.refresh(), Person::new("default", "bob").pat(), Person::new("other", "ann").pat()];
    for other in others {
        let answer = create(&*store, &other.created(at(12)), pace(1, at(10)), 12).await?;
        ensure_is!(answer, Inserted::Done, "another kind, another owner and another realm have a pace of their own");
    }
    let next = ann.pat().created(at(13));
    let refused = async |why: &str, now| {
        let answer = create(&*store, &next, pace(1, at(10)), now).await?;
        ensure_is!(answer, Inserted::PaceReached { oldest } if oldest == at(11), "{why} must count");
        Ok::<_, Violation>(())
    };
    refused("a living one", 13).await?;
    refused("an expired one", 65).await?;
    let _ = store.revoke(ann.family(first.family.id), revoked(at(66)), at(80), most(1)).await?;
    refused("a deleted one", 66).await?;
    refused("a deleted one that may be purged", 90).await?;
    let _ = store.purge(at(80), at(80), at(0), most(9)).await?;
    let answer = create(&*store, &next, pace(1, at(10)), 90).await?;
    ensure_is!(answer, Inserted::Done, "what a purge has taken must not count");
    Ok(())
}

/// Checks which records count towards the limit on the rate at which an owner creates refresh tokens. A replaced token
/// counts, and so does the successor that replaced it. A record that a purge has shrunk does not count, because no list
/// shows it. Access tokens do not count, because they are of another kind.
async fn every_record_of_the_kind_counts(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let draft = ann.refresh().with_access().with_access().created(at(11));
    let parent = draft.found(&*store).await?;
    let mut next = draft.successor(parent, 1);
    next.created_at = at(12);
    let step = supersede(Version::FIRST, next.id, at(12));
    let answer = store.rotate(&parent, &step, std::slice::from_ref(&next), at(12)).await?;
    ensure_is!(answer, Rotated::Done, "a rotation must go through");
    let another = ann.refresh().created(at(13));
    let answer = create(&*store, &another, pace(2, at(10)), 13).await?;
    ensure_is!(
        answer,
        Inserted::PaceReached { oldest } if oldest == at(11),
        "a replaced one and its successor must count"
    );
    let answer = create(&*store, &ann.refresh().created(at(13)), pace(3, at(10)), 13).await?;
    ensure_is!(answer, Inserted::Done, "the access tokens beside them must not count");
    let _ = store.purge(at(22), at(22), at(22), most(9)).await?;
    ensure!(must_get(&*store, &parent).await?.record().shrunk, "a window that has ended must shrink");
    let answer = create(&*store, &another, pace(3, at(10)), 23).await?;
    ensure_is!(answer, Inserted::Done, "a shrunk one must not count");
    Ok(())
}

/// Checks an insert that is refused because of the limit on the rate of creations. Without this limit, the insert would
/// be accepted. It would get the label of an older family that is past its `gone_at`, and would end this family to make
/// room under the cap on live families. The refused insert must write no record and no family, and must not change the
/// older family.
async fn a_refusal_writes_nothing(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let holder = ann.pat().labelled("one").created(at(11)).ending(None, Some(at(20)));
    holder.found(&*store).await?;
    let draft = ann.pat().labelled("one").created(at(30));
    let home = draft.bounded(Some(make_room(1, at(30))), Some(pace(1, at(10))));
    let ids = [holder.id(), draft.id()];
    let before = snapshot(&*store, &ids).await?;
    let answer = store.insert(home, &draft.records, at(30)).await?;
    ensure_is!(answer, Inserted::PaceReached { oldest } if oldest == at(11), "the pace is reached");
    unchanged(&*store, &ids, &before, "an insert that its pace refuses").await?;
    let answer = store.insert(draft.bounded(None, Some(pace(1, at(11)))), &draft.records, at(30)).await?;
    ensure_is!(answer, Inserted::Done, "a refused insert must not stand in the way of a right one");
    Ok(())
}

async fn one_round(track: &Track, round: u64) -> Result<(), Violation> {
    let person = Arc::new(Person::somebody());
    let limit = 1 + u32::try_from(round % 8).unwrap_or(0);
    // The first two records do not count. The records in `counted` count, and at most one of them is deleted.
    found_all(&*track.store, &[person.pat().created(at(4)), person.refresh().created(at(5))]).await?;
    let deleted = u32::from(round % 2 == 1);
    let living = u32::try_from(round % 3).unwrap_or(0).min(limit - 1);
    let deleted = deleted.min(limit - living);
    let counted: Vec<Draft> = (0..deleted + living).map(|_| person.pat().created(at(5))).collect();
    found_all(&*track.store, &counted).await?;
    for draft in counted.iter().take(deleted as usize) {
        let _ = track.store.revoke(person.family(draft.family.id), revoked(at(5)), at(GONE), most(1)).await?;
    }
    let answers = track
        .pool
        .race(|racer| {
            let (store, person) = (Store::clone(track.handle(racer)), Arc::clone(&person));
            async move {
                let draft = person.pat().with_access().created(at(5));
                store.insert(draft.bounded(None, Some(pace(limit, at(4)))), &draft.records, at(5)).await
            }
        })
        .await;
    let mut made = 0;
    for answer in answers {
        match answer? {
            Inserted::Done => made += 1,
            Inserted::PaceReached { oldest } if oldest == at(5) => {}
            other => return Err(Violation::new(format!("an insert under a pace must not get {other:?}"))),
        }
    }
    let room = (limit - deleted - living).min(u32::try_from(track.pool.len()).unwrap_or(u32::MAX));
    ensure!(
        made == room,
        "{room} of {} must be made under a pace of {limit} beside {living} and {deleted} deleted, but {made} were",
        track.pool.len()
    );
    let listed = walk(&*track.store, person.listing(TokenKind::PersonalAccessToken), 100).await?;
    let after = |since: Timestamp| listed.iter().filter(|record| record.record().created_at > since).count();
    ensure!(
        after(at(4)) == (deleted + living + room) as usize,
        "{} must be there that were made after `since`, but {} are",
        deleted + living + room,
        after(at(4))
    );
    Ok(())
}

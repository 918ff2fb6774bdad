//! Checks the pace of rotations, which is the largest number of rotations of a family after a given instant (clause 42
//! of `TokenStore`).

use counterfoil::Timestamp;
use counterfoil::store::{Pace, Rotated, TokenStore};
use counterfoil::types::{RecordId, TokenKind, Version};

use super::{PART, TURNS, snapshot, unchanged};
use crate::fixture::Store;
use crate::races::{Track, tracks};
use crate::sample::{Draft, GONE, Person, at, bounded, most, must_get, pace, supersede};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};
use crate::walk::walk;

/// Checks the limit on the rate of rotations (clause 42 of `TokenStore`). After any number of concurrent rotations with
/// the same `Pace`, at most `limit` records of the family must have `superseded.at > since`. A refused rotation must
/// write nothing.
pub async fn rotations_are_paced(subject: &Subject) -> Verdict {
    crate::extremes::wide_limits_let_in(&*subject.fresh().await).await?;
    since_is_not_counted(subject).await?;
    of_one_instant(subject).await?;
    shrunk_ones_count_and_purged_ones_do_not(subject).await?;
    behind_hundreds_of_generations(subject).await?;
    for track in tracks(subject, PART).await {
        for round in 0..track.rounds {
            one_round(&track, round).await?;
        }
    }
    Ok(Checked::Held)
}

/// A family of refresh tokens, which the check rotates again and again with a limit on the rate of rotations.
struct Chain<'a> {
    store: &'a dyn TokenStore,
    draft: Draft,
    ids: Vec<RecordId>,
}

impl<'a> Chain<'a> {
    async fn new(store: &'a dyn TokenStore, draft: Draft) -> Result<Self, Violation> {
        let ids = vec![draft.found(store).await?];
        Ok(Self { store, draft, ids })
    }

    async fn down(&mut self, now: Timestamp, within: Option<Pace>, gone_at: Timestamp) -> Result<Rotated, Violation> {
        let (parent, generation) = (self.ids[self.ids.len() - 1], self.ids.len() as u64);
        let next = self.draft.successor(parent, generation);
        let mut step = bounded(supersede(Version::FIRST, next.id, now), within, None);
        if let counterfoil::store::ParentUpdate::Supersede { gone_at: gone, .. } = &mut step {
            *gone = Some(gone_at);
        }
        let new = [next.clone(), self.draft.access(generation)];
        let mut looked: Vec<RecordId> = self.ids.clone();
        looked.extend(new.iter().map(|new| new.id));
        let before = snapshot(self.store, &looked).await?;
        let answer = self.store.rotate(&parent, &step, &new, now).await?;
        match answer {
            Rotated::Done => self.ids.push(next.id),
            _ => unchanged(self.store, &looked, &before, "a rotation that its pace refuses").await?,
        }
        Ok(answer)
    }
}

async fn since_is_not_counted(subject: &Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    for draft in [Person::new("default", "ann").refresh(), Person::new("default", "ann").pat()] {
        let mut chain = Chain::new(&*store, draft).await?;
        for now in 1..=3 {
            // There are fewer rotations than the limit of 3, so the pace allows one more even with the earliest
            // `since`.
            let answer = chain.down(at(10 * now), Some(pace(3, Timestamp::EPOCH)), at(GONE)).await?;
            ensure_is!(answer, Rotated::Done, "rotation {now} must go through where three are allowed");
        }
        for (since, oldest) in [(0, 10), (9, 10)] {
            let answer = chain.down(at(40), Some(pace(3, at(since))), at(GONE)).await?;
            ensure_is!(
                answer,
                Rotated::PaceReached { oldest: found } if found == at(oldest),
                "a fourth rotation after +{since} must be refused, for the third before it was at +{oldest}"
            );
        }
        let answer = chain.down(at(25), Some(pace(2, at(19))), at(GONE)).await?;
        ensure_is!(
            answer,
            Rotated::PaceReached { oldest } if oldest == at(20),
            "another limit looks at another rotation"
        );
        let answer = chain.down(at(40), Some(pace(3, at(10))), at(GONE)).await?;
        ensure_is!(answer, Rotated::Done, "a rotation on `since` itself is not after it");
        let answer = chain.down(at(41), Some(pace(3, at(10))), at(GONE)).await?;
        ensure_is!(answer, Rotated::PaceReached { oldest } if oldest == at(20), "the next one counts from the next");
        let answer = chain.down(at(41), None, at(GONE)).await?;
        ensure_is!(answer, Rotated::Done, "without a pace nothing is counted");
    }
    let stranger = Person::new("default", "ann").refresh();
    let mut other = Chain::new(&*store, stranger).await?;
    let answer = other.down(at(41), Some(pace(1, Timestamp::EPOCH)), at(GONE)).await?;
    ensure_is!(answer, Rotated::Done, "another family's rotations must not count");
    Ok(())
}

async fn of_one_instant(subject: &Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let mut chain = Chain::new(&*store, Person::new("default", "ann").refresh()).await?;
    for number in 0..7 {
        let answer = chain.down(at(5), Some(pace(4, at(4))), at(GONE)).await?;
        if number < 4 {
            ensure_is!(answer, Rotated::Done, "four rotations of one instant must go through under a limit of four");
        } else {
            ensure_is!(
                answer,
                Rotated::PaceReached { oldest } if oldest == at(5),
                "and no fifth, however often it is tried"
            );
        }
    }
    let answer = chain.down(at(5), Some(pace(4, at(5))), at(GONE)).await?;
    ensure_is!(answer, Rotated::Done, "what happened on `since` is not after it");
    Ok(())
}

async fn shrunk_ones_count_and_purged_ones_do_not(subject: &Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let mut chain = Chain::new(&*store, Person::new("default", "ann").refresh()).await?;
    for now in [10, 20, 30] {
        let answer = chain.down(at(now), None, at(100 + now)).await?;
        ensure_is!(answer, Rotated::Done, "a rotation without a pace must go through");
    }
    let _ = store.purge(at(99), at(99), at(99), most(9)).await?;
    ensure!(must_get(&*store, &chain.ids[0]).await?.record().shrunk, "a window that has ended must shrink");
    let answer = chain.down(at(100), Some(pace(3, at(5))), at(GONE)).await?;
    ensure_is!(answer, Rotated::PaceReached { oldest } if oldest == at(10), "a shrunk generation must count");
    let _ = store.purge(at(110), at(110), at(0), most(9)).await?;
    ensure!(store.get(&chain.ids[0]).await?.is_none(), "what is gone must go");
    let answer = chain.down(at(111), Some(pace(3, at(5))), at(GONE)).await?;
    ensure_is!(answer, Rotated::Done, "what a purge has taken must not count");
    Ok(())
}

/// Checks a limit of more than 255 rotations in a period, in a family whose generation is above 255 too. A column of 8
/// bits can store neither number.
async fn behind_hundreds_of_generations(subject: &Subject) -> Result<(), Violation> {
    const DEEP: u64 = 260;
    let (store, draft) = (subject.fresh().await, Person::new("default", "ann").refresh());
    let mut tip = draft.found(&*store).await?;
    for generation in 1..=DEEP {
        let next = draft.successor(tip, generation);
        let step = supersede(Version::FIRST, next.id, at(generation));
        let answer = store.rotate(&tip, &step, std::slice::from_ref(&next), at(generation)).await?;
        ensure_is!(answer, Rotated::Done, "rotation {generation} without a pace must go through");
        tip = next.id;
    }
    let next = draft.successor(tip, DEEP + 1);
    for limit in [1, 43, 44, 45, 255, 256, 257, DEEP] {
        // This is the time of the oldest of the last `limit` rotations.
        let oldest = DEEP + 1 - limit;
        let within = pace(u32::try_from(limit).unwrap_or(u32::MAX), at(oldest - 1));
        let step = bounded(supersede(Version::FIRST, next.id, at(DEEP + 1)), Some(within), None);
        let answer = store.rotate(&tip, &step, std::slice::from_ref(&next), at(DEEP + 1)).await?;
        ensure_is!(
            answer,
            Rotated::PaceReached { oldest: found } if found == at(oldest),
            "after {DEEP} rotations, the last {limit} of them after `since`, one more must be refused"
        );
    }
    let within = pace(257, at(DEEP + 1 - 257));
    let step = bounded(supersede(Version::FIRST, next.id, at(DEEP + 1)), Some(within), None);
    let answer = store.rotate(&tip, &step, std::slice::from_ref(&next), at(DEEP + 1)).await?;
    ensure_is!(answer, Rotated::Done, "256 rotations after `since` leave room for one of 257");
    Ok(())
}

/// Many racers rotate the newest token of one family, again and again, until the limit on the rate of rotations is
/// reached.
async fn one_round(track: &Track, round: u64) -> Result<(), Violation> {
    let draft = Person::somebody().refresh();
    let (limit, early, counted) = (1 + round % 7, round % 3, u64::from(round % 7 > 2));
    let mut chain = Chain::new(&*track.store, draft.clone()).await?;
    for now in (0..early).map(|_| 4).chain((0..counted).map(|_| 5)) {
        let _ = chain.down(at(now), None, at(GONE)).await?;
    }
    let (root, limit) = (chain.ids[chain.ids.len() - 1], u32::try_from(limit).unwrap_or(1));
    let answers = track
        .pool
        .race(|racer| {
            let (store, draft) = (Store::clone(track.handle(racer)), draft.clone());
            async move { go_down(&*store, &draft, root, pace(limit, at(4))).await }
        })
        .await;
    let mut done = 0;
    for answer in answers {
        done += answer?;
    }
    let person = Person { realm: draft.family.realm.clone(), owner: draft.family.owner.clone() };
    let listed = walk(&*track.store, person.listing(TokenKind::RefreshToken), 100).await?;
    let after = listed.iter().filter(|record| record.record().superseded.is_some_and(|by| by.at > at(4))).count();
    let reported = done + u32::try_from(counted).unwrap_or(0);
    ensure!(
        after == limit as usize && reported == limit,
        "{limit} rotations must be made after `since`, but {after} are there, and {reported} were reported as done"
    );
    Ok(())
}

/// Does the work of one racer, which is one of several concurrent callers. Rotates the newest token of the family again
/// and again, until the limit `within` refuses a rotation. Returns how many rotations this racer made itself.
async fn go_down(store: &dyn TokenStore, draft: &Draft, root: RecordId, within: Pace) -> Result<u32, Violation> {
    let (mut tip, mut done) = (root, 0);
    for _ in 0..TURNS {
        let stands = must_get(store, &tip).await?;
        if let Some(superseded) = stands.record().superseded {
            tip = superseded.successor;
            continue;
        }
        let next = draft.successor(tip, stands.record().generation + 1);
        let step = bounded(supersede(stands.record().version, next.id, at(5)), Some(within), None);
        match store.rotate(&tip, &step, std::slice::from_ref(&next), at(5)).await? {
            Rotated::Done => (tip, done) = (next.id, done + 1),
            Rotated::Stale(stands) => tip = stands.record().superseded.map_or(tip, |by| by.successor),
            Rotated::PaceReached { oldest } if oldest == at(5) => return Ok(done),
            other => return Err(Violation::new(format!("a racer under a pace must not get {other:?}"))),
        }
    }
    Err(Violation::new(format!("a pace of {} must stop a racer, but {TURNS} turns did not reach it", within.limit)))
}

//! Checks which records a purge removes and shrinks (clauses 23 and 24 of `TokenStore`).

use counterfoil::Timestamp;
use counterfoil::store::{Change, Inserted, ParentUpdate, Rotated, TokenStore};
use counterfoil::types::{RecordId, TokenKind, Version};

use crate::extremes;
use crate::fixture::Store;
use crate::pool::Pool;
use crate::reference::{describe, same};
use crate::sample::{Draft, EXPIRES, GONE, Person, at, most, must_get, revoked, supersede};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};
use crate::walk::walk;

/// Checks which records a purge removes (clause 23 of `TokenStore`). A purge must remove only records that its limits
/// allow, and it must remove a family together with its last member. It must change at most `limit` records. Two purges
/// can run concurrently. (A purge that is dropped before it is done is checked by `cut_off_is_all_or_nothing`.)
pub async fn purge_keeps_the_living(subject: &Subject) -> Verdict {
    only_what_the_limits_name(subject).await?;
    the_family_goes_last(subject).await?;
    extremes::every_end_is_found(&*subject.fresh().await).await?;
    extremes::the_older_member_goes_last(&*subject.fresh().await).await?;
    extremes::a_damaged_member_keeps_its_family(&subject.fresh().await).await?;
    extremes::a_family_does_not_wait(&*subject.fresh().await).await?;
    limit_is_a_maximum(subject).await?;
    extremes::shrinks_within_the_limit(&*subject.fresh().await).await?;
    extremes::removals_and_shrinks_share_the_limit(&*subject.fresh().await).await?;
    extremes::a_thousand_are_purged(&*subject.fresh().await).await?;
    two_at_once(subject).await?;
    crate::races::joins_beside_a_purge(subject).await?;
    Ok(Checked::Held)
}

/// Purges until the store answers `more: false`. Returns the total number of removed and shrunk records.
pub(crate) async fn purge(
    store: &dyn TokenStore,
    now: Timestamp,
    unsent_before: Timestamp,
    windows_before: Timestamp,
) -> Result<u64, Violation> {
    let mut changed = 0;
    for _ in 0..1_000 {
        let progress = store.purge(now, unsent_before, windows_before, most(7)).await?;
        changed += progress.changed;
        if !progress.more {
            return Ok(changed);
        }
    }
    Err(Violation::new("a purge must end"))
}

async fn only_what_the_limits_name(subject: &Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let ann = Person::new("default", "ann");
    let expired = ann.pat().found(&*store).await?;
    let unsent = ann.pat().noticed(at(5), 0).found(&*store).await?;
    let permanent = ann.pat().ending(None, None).found(&*store).await?;
    let kept = ann.pat().ending(Some(at(EXPIRES)), None).found(&*store).await?;
    let dead = ann.pat().ending(None, None);
    dead.found(&*store).await?;
    let _ = store.revoke(ann.family(dead.family.id), revoked(at(1)), at(GONE), most(1)).await?;
    // The revocation sets a later `gone_at` of the family, which replaces the record's own `gone_at`.
    let later = ann.pat().ending(Some(at(10)), Some(at(20)));
    later.found(&*store).await?;
    let _ = store.revoke(ann.family(later.family.id), revoked(at(1)), at(GONE + 50), most(1)).await?;
    let there = async |id: RecordId| Ok::<_, Violation>(store.get(&id).await?.is_some());

    purge(&*store, at(GONE - 1), at(GONE - 1), at(GONE - 1)).await?;
    for id in [expired, unsent, permanent, kept, dead.id(), later.id()] {
        ensure!(there(id).await?, "a microsecond before gone_at nothing may go");
    }
    // A record with an unsent notice stays until `unsent_before` reaches its `gone_at`.
    purge(&*store, at(GONE), at(GONE - 1), at(0)).await?;
    ensure!(!there(expired).await? && !there(dead.id()).await?, "what has reached gone_at must go");
    ensure!(there(unsent).await?, "a record with an unsent notice must stay while gone_at > unsent_before");
    ensure!(there(permanent).await? && there(kept).await?, "what has no gone_at must stay");
    ensure!(there(later.id()).await?, "a revoked record must stay until its family's tombstone ends");
    purge(&*store, at(GONE + 49), at(GONE), at(0)).await?;
    ensure!(!there(unsent).await?, "an unsent notice must not keep a record once unsent_before has reached gone_at");
    ensure!(there(later.id()).await?, "a microsecond before the tombstone's end it must stay");
    purge(&*store, at(GONE + 50), at(GONE + 50), at(0)).await?;
    ensure!(!there(later.id()).await?, "on the tombstone's end it must go");
    purge(&*store, Timestamp::MAX, Timestamp::MAX, Timestamp::MAX).await?;
    ensure!(there(permanent).await? && there(kept).await?, "what has no gone_at must stay for ever");
    Ok(())
}

async fn the_family_goes_last(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    let mut draft = ann.refresh().labelled("one").with_access();
    draft.records[1].gone_at = Some(at(100));
    draft.found(&*store).await?;
    purge(&*store, at(100), at(100), at(0)).await?;
    ensure!(store.get(&draft.records[1].id).await?.is_none(), "the access token must go by itself");
    let stands = must_get(&*store, &draft.id()).await?;
    ensure!(stands.family().label_key.is_some(), "a family must stay with its last member, label and all");
    let join = draft.join(0);
    ensure_is!(
        store.insert(join, &[draft.access(0)], at(100)).await?,
        Inserted::Done,
        "a family must stay with its last member"
    );
    purge(&*store, at(GONE), at(GONE), at(0)).await?;
    ensure!(walk(&*store, ann.listing(TokenKind::RefreshToken), 5).await?.is_empty(), "what went must not be listed");
    ensure_is!(
        store.insert(join, &[draft.access(0)], at(100)).await?,
        Inserted::FamilyEnded,
        "a family must go with its last member"
    );
    ensure_is!(
        store.insert(draft.home(Some(1)), &draft.records, at(0)).await?,
        Inserted::Done,
        "what went must leave no trace: id, label and place are free"
    );
    Ok(())
}

async fn limit_is_a_maximum(subject: &Subject) -> Result<(), Violation> {
    for limit in [1, 2, 5, 6, 7] {
        let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
        for _ in 0..3 {
            ann.refresh().with_access().found(&*store).await?;
        }
        let (mut left, mut calls) = (6, 0);
        loop {
            let progress = store.purge(at(GONE), at(GONE), at(0), most(limit)).await?;
            let listed = walk(&*store, ann.listing(TokenKind::RefreshToken), 50).await?.len()
                + walk(&*store, ann.listing(TokenKind::AccessToken), 50).await?.len();
            ensure!(left - listed <= limit as usize, "at most {limit} may go in a call, but {} did", left - listed);
            ensure!(
                progress.more || listed == 0,
                "a purge that says there is no more must have left nothing, but left {listed}"
            );
            (left, calls) = (listed, calls + 1);
            ensure!(calls < 50, "a purge must end");
            if !progress.more {
                break;
            }
        }
    }
    Ok(())
}

async fn two_at_once(subject: &Subject) -> Result<(), Violation> {
    let (store, ann) = (subject.fresh_with(2).await, Person::new("default", "ann"));
    let pool = Pool::new(&subject.driver(), 4);
    for _ in 0..10 {
        let mut living = Vec::new();
        for number in 0..12 {
            let draft = ann.refresh().with_access();
            let draft = if number % 2 == 0 { draft.ending(None, None) } else { draft };
            draft.found(&*store).await?;
            if number % 2 == 0 {
                living.extend(draft.records.iter().map(|record| record.id));
            }
        }
        let answers = pool
            .race(|racer| {
                let store = Store::clone(store.handle(racer));
                async move { purge(&*store, at(GONE), at(GONE), at(GONE)).await }
            })
            .await;
        let mut removed = 0;
        for answer in answers {
            removed += answer?;
        }
        ensure!(removed >= 12, "four purges at once must remove the 12 that are gone, but removed {removed}");
        for id in living {
            must_get(&*store, &id).await?;
        }
    }
    Ok(())
}

/// Checks how a purge shrinks a superseded record whose retry window ended at or before `windows_before` (clause 24 of
/// `TokenStore`). The nonce must be removed. The digest, the generation, the successor and the version must stay.
pub async fn shrinking_keeps_the_proof(subject: &Subject) -> Verdict {
    for (windows_before, shrinks) in [(14, false), (15, true), (16, true)] {
        let store = subject.fresh().await;
        let (draft, parent, successor) = rotated(&*store, Some(at(15))).await?;
        let before = must_get(&*store, &parent).await?;
        let changed = purge(&*store, at(GONE - 1), at(GONE - 1), at(windows_before)).await?;
        ensure!(
            changed == u64::from(shrinks),
            "a window that ends at +15 must shrink {shrinks} for windows_before = +{windows_before}, but {changed} were changed"
        );
        let after = must_get(&*store, &parent).await?;
        if !shrinks {
            ensure!(same(&before, &after), "before its window is over a record must stay as it was");
            continue;
        }
        let (old, new) = (before.record(), after.record());
        ensure!(new.shrunk, "a shrunk record must say so");
        let kept = old.id == new.id
            && old.digest.as_bytes() == new.digest.as_bytes()
            && old.key_id == new.key_id
            && old.generation == new.generation
            && old.gone_at == new.gone_at
            && old.realm == new.realm
            && old.owner == new.owner;
        ensure!(
            kept,
            "id, digest, key, generation, gone_at, realm and owner must stay:\n{}\n{}",
            describe(&before),
            describe(&after)
        );
        ensure!(old.version == new.version, "shrinking must not move the version");
        let (Some(was), Some(is)) = (old.superseded, new.superseded) else {
            return Err(Violation::new("superseded must stay"));
        };
        ensure!(is.nonce.is_none(), "the nonce must be gone");
        ensure!(
            was.successor == is.successor && was.at == is.at && was.honoured_until == is.honoured_until,
            "who followed and when must stay"
        );
        let mut cut = old.clone();
        cut.shrink();
        let wanted = counterfoil::store::TokenRecord::from_parts(cut, after.family().clone())
            .map_err(|corrupt| Violation::new(corrupt.to_string()))?;
        ensure!(
            same(&wanted, &after),
            "RecordParts::shrink must have done it:\n{}\n{}",
            describe(&wanted),
            describe(&after)
        );
        ensure!(purge(&*store, at(GONE - 1), at(GONE - 1), at(windows_before)).await? == 0, "a record shrinks once");
        the_proof_serves(&*store, &draft, parent, successor).await?;
    }
    an_open_overlap_stays(subject).await?;
    extremes::a_shrunk_record_stays_shrunk(&*subject.fresh().await).await?;
    Ok(Checked::Held)
}

async fn rotated(
    store: &dyn TokenStore,
    honoured_until: Option<Timestamp>,
) -> Result<(Draft, RecordId, RecordId), Violation> {
    let draft = Person::somebody().refresh().labelled("one");
    let parent = draft.found(store).await?;
    store.touch(&[(parent, at(3))]).await?;
    let next = draft.successor(parent, 1);
    let mut step = supersede(Version::FIRST, next.id, at(5));
    if let ParentUpdate::Supersede { honoured_until: window, .. } = &mut step {
        *window = honoured_until;
    }
    ensure_is!(
        store.rotate(&parent, &step, std::slice::from_ref(&next), at(5)).await?,
        Rotated::Done,
        "a rotation must go through"
    );
    Ok((draft, parent, next.id))
}

/// Checks a superseded record that a purge has shrunk, which means that some of its data was removed. If the record is
/// rotated again, the answer must still be `Stale`. Its successor can still be rotated. When the family is revoked, the
/// shrunk record must be revoked too, and a purge must remove it at its `gone_at`.
async fn the_proof_serves(
    store: &dyn TokenStore,
    draft: &Draft,
    parent: RecordId,
    successor: RecordId,
) -> Result<(), Violation> {
    let replayed = draft.successor(parent, 2);
    let stands = must_get(store, &parent).await?;
    let answer = store
        .rotate(
            &parent,
            &supersede(stands.record().version, replayed.id, at(20)),
            std::slice::from_ref(&replayed),
            at(20),
        )
        .await?;
    ensure_is!(answer, Rotated::Stale(_), "a shrunk record must be superseded still");
    let next = draft.successor(successor, 2);
    let answer = store
        .rotate(&successor, &supersede(Version::FIRST, next.id, at(20)), std::slice::from_ref(&next), at(20))
        .await?;
    ensure_is!(answer, Rotated::Done, "the chain must go on below a shrunk record");
    let person = Person { realm: draft.family.realm.clone(), owner: draft.family.owner.clone() };
    let _ = store.revoke(person.family(draft.family.id), revoked(at(21)), at(GONE), most(1)).await?;
    ensure!(
        must_get(store, &parent).await?.revoked().is_some(),
        "a shrunk record must read as revoked with its family"
    );
    purge(store, at(GONE), at(GONE), at(GONE)).await?;
    ensure!(store.get(&parent).await?.is_none(), "a shrunk record must go at its gone_at");
    Ok(())
}

/// Checks a rotation whose old token is accepted until the first use of the new one. Before this use, the retry window
/// of the old token has no end, so a purge must not shrink its record.
async fn an_open_overlap_stays(subject: &Subject) -> Result<(), Violation> {
    let store = subject.fresh().await;
    let (_, parent, _) = rotated(&*store, None).await?;
    ensure!(
        purge(&*store, at(GONE - 1), at(GONE - 1), Timestamp::MAX).await? == 0,
        "an overlap without an end must not shrink"
    );
    let end = Change::End { honoured_until: at(30), gone_at: at(GONE) };
    let _ = store.apply(&parent, Version::new(1), &end, at(30)).await?;
    ensure!(
        purge(&*store, at(GONE - 1), at(GONE - 1), at(29)).await? == 0,
        "a microsecond before its end it must not shrink"
    );
    ensure!(purge(&*store, at(GONE - 1), at(GONE - 1), at(30)).await? == 1, "on its end it must");
    ensure!(must_get(&*store, &parent).await?.record().shrunk, "on its end it must");
    Ok(())
}

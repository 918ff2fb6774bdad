//! Checks that purges shrink superseded records after their retry window, that they change no more records than their
//! limit, and that they leave no family without members.

use counterfoil::store::{Applied, Change, Inserted, NoticeMark, Relabel, TokenStore};
use counterfoil::types::{KeyId, Label, RecordId, Version};

use crate::purge::purge;
use crate::reference::{describe, same};
use crate::sample::{GONE, Person, at, describe_as, digest_of, most, must_get, supersede};
use crate::violation::{Violation, ensure, ensure_is};

async fn superseded(store: &dyn TokenStore) -> Result<RecordId, Violation> {
    let draft = Person::somebody().refresh().noticed(at(3), 1);
    let id = draft.found(store).await?;
    let next = draft.successor(id, 1);
    let _ = store.rotate(&id, &supersede(Version::FIRST, next.id, at(5)), std::slice::from_ref(&next), at(5)).await?;
    Ok(id)
}

/// Checks the `limit` of a purge. The number of records that one call removes and the number that it shrinks must
/// together be at most `limit`.
pub(crate) async fn removals_and_shrinks_share_the_limit(store: &dyn TokenStore) -> Result<(), Violation> {
    let (mut gone, mut spent) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        gone.push(Person::somebody().pat().ending(Some(at(5)), Some(at(6))).found(store).await?);
        spent.push(superseded(store).await?);
    }
    for limit in [2, 3, 1] {
        let left = async || {
            let mut left = 0;
            for id in gone.iter().chain(&spent) {
                left += u64::from(store.get(id).await?.is_some_and(|record| !record.record().shrunk));
            }
            Ok::<_, Violation>(left)
        };
        let before = left().await?;
        let progress = store.purge(at(6), at(6), at(15), most(limit)).await?;
        let changed = before - left().await?;
        ensure!(
            changed <= u64::from(limit) && changed == progress.changed,
            "a purge of at most {limit} must change no more, and tell it, but changed {changed} and told {progress:?}"
        );
    }
    Ok(())
}

/// Checks a shrunk record. A purge shrinks a superseded record after its retry window. A touch, a claim or settlement
/// of a notice, an edit, a new expiry and a new end must then not change the record. A rekey, which stores another
/// digest, must change it.
pub(crate) async fn a_shrunk_record_stays_shrunk(store: &dyn TokenStore) -> Result<(), Violation> {
    let id = superseded(store).await?;
    purge(store, at(15), at(15), at(15)).await?;
    let before = must_get(store, &id).await?;
    ensure!(before.record().shrunk, "on the end of its window a record must shrink");
    let (version, held) = (before.record().version, NoticeMark { at: at(3), stage: 1 });
    store.touch(&[(id, at(40))]).await?;
    ensure!(!store.settle(&id, held, Some(held), Some((at(50), 1))).await?, "nothing is settled on a shrunk record");
    ensure!(store.claim(&id, held, at(60)).await?.is_none(), "nothing is claimed on a shrunk record");
    let label = Label::new("late", 20).expect("a label");
    let key = Some(label.key());
    for change in [
        describe_as("late"),
        Change::Edit { label: Some(Relabel { label, key }), description: None, scope: None, details: None },
        Change::Expiry { expires_at: Some(at(90)), gone_at: Some(at(99)), notice: Some(held) },
        Change::End { honoured_until: at(70), gone_at: at(80) },
    ] {
        let answer = store.apply(&id, version, &change, at(41)).await?;
        ensure_is!(answer, Applied::Stale(_), "{change:?} of a shrunk record must be Stale");
    }
    let after = must_get(store, &id).await?;
    ensure!(same(&before, &after), "a shrunk record must stay as it is:\n{}\n{}", describe(&before), describe(&after));
    let rekey = Change::Rekey { digest: digest_of(&id), key_id: KeyId::new(7) };
    let answer = store.apply(&id, version, &rekey, at(42)).await?;
    ensure_is!(&answer, Applied::Done(written) if written.record().key_id == KeyId::new(7), "a shrunk record can be rekeyed");
    Ok(())
}

/// Checks that one call shrinks no more records than its limit.
pub(crate) async fn shrinks_within_the_limit(store: &dyn TokenStore) -> Result<(), Violation> {
    let mut all = Vec::new();
    for _ in 0..7 {
        all.push(superseded(store).await?);
    }
    let (mut done, mut calls) = (0, 0);
    loop {
        let progress = store.purge(at(15), at(15), at(15), most(2)).await?;
        let mut shrunk = 0;
        for id in &all {
            shrunk += usize::from(must_get(store, id).await?.record().shrunk);
        }
        ensure!(shrunk - done <= 2, "at most 2 may shrink in a call, but {} did", shrunk - done);
        (done, calls) = (shrunk, calls + 1);
        ensure!(calls < 20, "a purge must end");
        if !progress.more {
            break;
        }
    }
    ensure!(done == all.len(), "a purge that says there is no more must have left nothing, but {done} of 7 are shrunk");
    Ok(())
}

/// Checks that a purge removes a family together with its last member, even if the family's own `gone_at` is later.
pub(crate) async fn a_family_does_not_wait(store: &dyn TokenStore) -> Result<(), Violation> {
    let ann = Person::somebody();
    for gone_at in [None, Some(at(GONE + 500))] {
        let mut draft = ann.pat().labelled("one");
        draft.family.gone_at = gone_at;
        draft.found(store).await?;
        purge(store, at(GONE), at(GONE), at(0)).await?;
        ensure_is!(
            store.insert(draft.home(Some(1)), &draft.records, at(0)).await?,
            Inserted::Done,
            "a family must go with its last member, whatever its own gone_at is"
        );
        purge(store, at(GONE), at(GONE), at(0)).await?;
    }
    Ok(())
}

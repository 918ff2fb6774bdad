//! Checks how a store compares instants (clauses 1 and 2 of `TokenStore`). Each instant that a store compares with a
//! limit is tried one microsecond before the limit, at the limit, and one microsecond after it.

use counterfoil::Timestamp;
use counterfoil::store::{Change, Inserted, NoticeMark, ParentUpdate, Rotated, TokenStore};
use counterfoil::types::{TokenKind, Version};

use crate::reference::describe;
use crate::sample::{EXPIRES, GONE, Person, at, most, must_get, relabel, slide, supersede};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};
use crate::walk::{walk, walk_due};

/// Checks that a store reads no clock and draws no random numbers (clause 1 of `TokenStore`). The same calls are made
/// with instants of the years 1970, 2020 and 2255, and must have the same answers. Repeated calls must have the same
/// answers too.
pub async fn no_clock_no_dice(subject: &Subject) -> Verdict {
    let ann = Person::new("default", "ann");
    for epoch in [0, 1_600_000_000_000_000, Timestamp::MAX.micros() - 100] {
        let then = |micros: u64| Timestamp::from_micros(epoch + micros).expect("an instant");
        let draft =
            ann.pat().labelled("one").created(then(0)).ending(Some(then(50)), Some(then(60))).noticed(then(40), 0);
        let mut stories = Vec::new();
        for _ in 0..2 {
            stories.push(story(&*subject.fresh().await, &draft, &then).await?);
        }
        ensure!(stories[0] == stories[1], "the same calls must give the same answers:\n{}\n{}", stories[0], stories[1]);
    }
    Ok(Checked::Held)
}

/// Makes the calls of one token's life, such as an insert, a touch, a claim, a rotation and a purge. `then` converts a
/// number of microseconds to the instant for a call. Returns all answers of the store as text.
async fn story(
    store: &dyn TokenStore,
    draft: &crate::sample::Draft,
    then: &(dyn Fn(u64) -> Timestamp + Send + Sync),
) -> Result<String, Violation> {
    let (id, mut story) = (draft.id(), String::new());
    ensure_is!(
        store.insert(draft.home(Some(1)), &draft.records, then(0)).await?,
        Inserted::Done,
        "an insert must not depend on today"
    );
    story += &describe(&must_get(store, &id).await?);
    store.touch(&[(id, then(3))]).await?;
    let claimed = store.claim(&id, NoticeMark { at: then(40), stage: 0 }, then(45)).await?;
    ensure!(claimed.is_some(), "a claim must not depend on today");
    let listed = walk(store, Person::new("default", "ann").listing(TokenKind::PersonalAccessToken), 2).await?;
    ensure!(listed.len() == 1, "a listing must not depend on today");
    let due = walk_due(store, then(45), 2).await?.len();
    ensure!(due == 1, "what is due must not depend on today");
    let mut next = draft.successor(id, 1);
    (next.created_at, next.expires_at, next.gone_at) = (then(5), Some(then(70)), Some(then(80)));
    // Both stores get the same ids, so a difference can only come from the store itself.
    let mut bytes = *id.as_bytes();
    bytes[15] ^= 0xff;
    next.id = counterfoil::types::RecordId::from_bytes(bytes);
    next.digest = crate::sample::digest_of(&next.id);
    let (expect, successor) = (Version::FIRST, next.id);
    let (honoured_until, gone_at) = (Some(then(20)), Some(then(60)));
    let (nonce, pace, access_cap) = (None, None, None);
    let step = ParentUpdate::Supersede {
        expect,
        successor,
        nonce,
        honoured_until,
        gone_at,
        labelled: false,
        cap: None,
        pace,
        access_cap,
    };
    ensure_is!(
        store.rotate(&id, &step, std::slice::from_ref(&next), then(10)).await?,
        Rotated::Done,
        "a rotation must not depend on today"
    );
    story += &describe(&must_get(store, &id).await?);
    story += &describe(&must_get(store, &next.id).await?);
    let purged = store.purge(then(59), then(59), then(19), most(9)).await?;
    ensure!(purged.changed == 0, "a purge must go by its arguments and nothing else");
    let left = store.purge(then(60), then(60), then(60), most(9)).await?;
    ensure!(left.changed == 1, "a purge must go by its arguments and nothing else");
    Ok(format!("{story} {:?}", store.census().await?))
}

/// Checks that an instant `t` has reached a limit if `t` is equal to the limit or later (clause 2 of `TokenStore`).
/// Also checks that a store compares only the instants that the contract names.
pub async fn equality_is_reached(subject: &Subject) -> Verdict {
    crate::extremes::limits_are_reached_late(&*subject.fresh().await).await?;
    slide_ends_at_the_expiry(subject).await?;
    cap_and_label_end_on_the_instant(subject).await?;
    nothing_else_is_compared(subject).await?;
    let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
    ann.pat().noticed(at(100), 0).found(&*store).await?;
    for (now, due) in [(at(99), 0), (at(100), 1), (at(101), 1)] {
        ensure!(
            walk_due(&*store, now, 5).await?.len() == due,
            "notice.at {} must be due {due} times at {}",
            at(100).micros(),
            now.micros()
        );
    }
    // `purge_keeps_the_living` tries each limit of a purge (`now`, `unsent_before`, `windows_before`) too, including
    // equality.
    for (now, gone) in [(GONE - 1, false), (GONE, true)] {
        let id = ann.pat().found(&*store).await?;
        let _ = store.purge(at(now), at(0), at(0), most(100)).await?;
        ensure!(
            store.get(&id).await?.is_none() == gone,
            "gone_at must be reached at {gone} for now = gone_at + {}",
            now as i64 - GONE as i64
        );
    }
    Ok(Checked::Held)
}

async fn slide_ends_at_the_expiry(subject: &Subject) -> Result<(), Violation> {
    for (now, slides) in [(EXPIRES - 1, true), (EXPIRES, false), (EXPIRES + 1, false)] {
        let store = subject.fresh().await;
        let id = Person::new("default", "ann").refresh().found(&*store).await?;
        let step = slide(at(EXPIRES + 500), at(GONE + 500));
        let answer = store.rotate(&id, &step, &[], at(now)).await?;
        let stands = must_get(&*store, &id).await?;
        if slides {
            ensure_is!(answer, Rotated::Done, "a slide must go through one microsecond before expiry");
            ensure!(stands.record().expires_at == Some(at(EXPIRES + 500)), "a slide must move the expiry");
        } else {
            ensure_is!(
                answer,
                Rotated::Stale(_),
                "a slide must be Stale once the expiry is reached (+{})",
                now - EXPIRES
            );
            ensure!(stands.record().expires_at == Some(at(EXPIRES)), "a refused slide must move nothing");
        }
    }
    Ok(())
}

async fn cap_and_label_end_on_the_instant(subject: &Subject) -> Result<(), Violation> {
    for (now, free) in [(EXPIRES - 1, false), (EXPIRES, true), (EXPIRES + 1, true)] {
        let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
        ann.pat().found(&*store).await?;
        let next = ann.pat();
        let answer = store.insert(next.home(Some(1)), &next.records, at(now)).await?;
        let wanted = if free { Inserted::Done } else { Inserted::OwnerFull };
        ensure!(
            answer == wanted,
            "at live_until + {}: the cap must say {wanted:?}, but said {answer:?}",
            now as i64 - EXPIRES as i64
        );
    }
    for (now, free) in [(EXPIRES, false), (GONE - 1, false), (GONE, true), (GONE + 1, true)] {
        let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
        let holder = ann.pat().labelled("one");
        holder.found(&*store).await?;
        let next = ann.pat().labelled("one");
        let answer = store.insert(next.home(None), &next.records, at(now)).await?;
        let wanted = if free { Inserted::Done } else { Inserted::LabelTaken(holder.family.id) };
        ensure!(
            answer == wanted,
            "at gone_at + {}: the label must say {wanted:?}, but said {answer:?}",
            now as i64 - GONE as i64
        );
        let key = must_get(&*store, &holder.id()).await?.family().label_key.is_some();
        ensure!(key != free, "displacement must take the key from the old holder, and nothing else may");
    }
    Ok(())
}

/// Checks that a store edits, rotates, extends and revokes a record that has expired. Whether a token is still valid is
/// decided by the core, and not by the store.
async fn nothing_else_is_compared(subject: &Subject) -> Result<(), Violation> {
    for late in [EXPIRES, GONE, GONE + 1] {
        let (store, ann) = (subject.fresh().await, Person::new("default", "ann"));
        let draft = ann.pat();
        let id = draft.found(&*store).await?;
        ensure_is!(
            store.apply(&id, Version::FIRST, &relabel("late"), at(late)).await?,
            counterfoil::store::Applied::Done(_),
            "an edit must not look at the expiry"
        );
        let expiry = Change::Expiry { expires_at: Some(at(late + 9)), gone_at: Some(at(late + 9)), notice: None };
        ensure_is!(
            store.apply(&id, Version::new(1), &expiry, at(late)).await?,
            counterfoil::store::Applied::Done(_),
            "nor must a new expiry"
        );
        let second = ann.refresh();
        let id = second.found(&*store).await?;
        let next = second.successor(id, 1);
        let step = supersede(Version::FIRST, next.id, at(late));
        ensure_is!(
            store.rotate(&id, &step, std::slice::from_ref(&next), at(late)).await?,
            Rotated::Done,
            "nor must a rotation"
        );
        ensure!(store.get(&id).await?.is_some(), "what is gone must be read until a purge takes it");
    }
    Ok(())
}

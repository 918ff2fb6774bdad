//! Checks the log of narrowing steps on a store. Each check gets two handles of one store whose log is on.

use std::collections::BTreeSet;
use std::future::Future;
use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use counterfoil::Timestamp;
use counterfoil::store::{
    Applied, Change, InsertInto, Inserted, LogPosition, Narrowed, NarrowingLog, Narrowings, NoticeMark, Rotated,
    StoreError, TokenStore,
};
use counterfoil::testing::{BackendCalls, listen};
use counterfoil::types::{FamilyId, KeyId, RecordId, Version};
use counterfoil_conformance::sample::{
    Draft, EXPIRES, GONE, Person, at, describe_as, details, digest_of, edit_details, make_room, most, must_get,
    relabel, revoked, slide, supersede,
};

use super::RUNTIME;

/// A store with a log.
pub trait Logged: TokenStore + NarrowingLog {}
impl<S: TokenStore + NarrowingLog> Logged for S {}

pub async fn page(store: &dyn Logged, after: Option<&LogPosition>, limit: u32) -> Narrowings {
    store.narrowings(after, most(limit)).await.expect("the log is on")
}

/// The position at the end of the log.
pub async fn end(store: &dyn Logged) -> LogPosition {
    page(store, None, 1).await.next
}

/// Reads all pages after a position. Returns the steps in order, and the position after them.
pub async fn walk(store: &dyn Logged, after: &LogPosition, limit: u32) -> (Vec<Narrowed>, LogPosition) {
    let (mut steps, mut after) = (Vec::new(), after.clone());
    loop {
        let page = page(store, Some(&after), limit).await;
        assert!(!page.lost && page.steps.len() <= limit as usize, "{page:?}");
        steps.extend(page.steps);
        after = page.next;
        if !page.more {
            return (steps, after);
        }
    }
}

fn families(steps: &[Narrowed]) -> BTreeSet<FamilyId> {
    let family = |step: &Narrowed| match step {
        Narrowed::Family(family) => *family,
        other => panic!("a family, not {other:?}"),
    };
    steps.iter().map(family).collect()
}

/// Runs a call. Checks that the log names exactly these families for it, through both handles.
async fn logs<T>(stores: [&dyn Logged; 2], named: &[FamilyId], what: &str, call: impl Future<Output = T>) -> T {
    let before = end(stores[0]).await;
    let answer = call.await;
    for store in stores {
        let (steps, after) = walk(store, &before, 9).await;
        assert_eq!(families(&steps), named.iter().copied().collect(), "{what}");
        assert_eq!(walk(store, &after, 9).await.0, [], "{what}: each step is read once");
    }
    answer
}

async fn apply(store: &dyn Logged, id: RecordId, change: &Change, now: Timestamp) {
    let version = must_get(store, &id).await.expect("a record").record().version;
    let applied = store.apply(&id, version, change, now).await.expect("an answer");
    assert!(matches!(applied, Applied::Done(_)), "{applied:?}");
}

async fn rotate(store: &dyn Logged, draft: &Draft, parent: RecordId, generation: u64, now: Timestamp) -> RecordId {
    let next = draft.successor(parent, generation);
    let step = supersede(must_get(store, &parent).await.expect("a record").record().version, next.id, now);
    let rotated = store.rotate(&parent, &step, std::slice::from_ref(&next), now).await.expect("an answer");
    assert!(matches!(rotated, Rotated::Done), "{rotated:?}");
    next.id
}

/// Each change of a family is a step. Touch, claim, settle, purge and new records are none, and neither is a refused
/// call.
pub async fn check_steps(one: &dyn Logged, other: &dyn Logged) {
    let both = [one, other];
    let ann = Person::somebody();
    let draft = ann.refresh().with_access();
    let (family, id) = (draft.family.id, draft.id());
    logs(both, &[], "a new family", draft.found(one)).await.expect("a family");
    let home = InsertInto::Join { family, generation: 0, access_cap: None };
    let access = draft.access(0);
    let joined = logs(both, &[], "a join", one.insert(home, std::slice::from_ref(&access), at(1))).await;
    assert_eq!(joined.expect("an answer"), Inserted::Done);

    let expiry = Change::Expiry { expires_at: Some(at(EXPIRES - 1)), gone_at: Some(at(GONE)), notice: None };
    let rekey = Change::Rekey { digest: digest_of(&id), key_id: KeyId::new(2) };
    let edit = edit_details(Some(details(1)));
    for (what, change) in
        [("description", describe_as("x")), ("expiry", expiry.clone()), ("key", rekey), ("details", edit)]
    {
        logs(both, &[family], what, apply(one, id, &change, at(2))).await;
    }
    logs(both, &[family], "the same change again", apply(one, id, &expiry, at(2))).await;
    let slid = slide(at(EXPIRES + 5), at(GONE + 5));
    for what in ["a slide", "a slide that changes nothing"] {
        let rotated = logs(both, &[family], what, one.rotate(&id, &slid, &[], at(3))).await;
        assert!(matches!(rotated, Ok(Rotated::Done)), "{rotated:?}");
    }
    let tip = logs(both, &[family], "a rotation", rotate(one, &draft, id, 1, at(4))).await;
    let tip = logs(both, &[family], "the next one", rotate(one, &draft, tip, 2, at(5))).await;
    let window = Change::End { honoured_until: at(6), gone_at: at(GONE) };
    logs(both, &[family], "the end of an overlap", apply(one, id, &window, at(6))).await;
    let stale = logs(both, &[], "a stale change", one.apply(&id, Version::new(99), &window, at(6))).await;
    assert!(matches!(stale, Ok(Applied::Stale(_))));
    let next = draft.successor(id, 1);
    let late = supersede(Version::FIRST, next.id, at(6));
    let late = logs(both, &[], "a late rotation", one.rotate(&id, &late, &[next], at(6))).await;
    assert!(matches!(late, Ok(Rotated::Stale(_))), "{late:?}");

    let seen = [(tip, at(7)), (access.id, at(7))];
    logs(both, &[], "a touch", one.touch(&seen)).await.expect("touched");
    let limits = (at(7), at(7), at(1_000));
    let shrunk = logs(both, &[], "a purge that shrinks", one.purge(limits.0, limits.1, limits.2, most(99))).await;
    assert_eq!(shrunk.expect("an answer").changed, 2, "two superseded tokens");

    for (what, counted) in [("a revocation of a record", 1), ("which is repeated", 0)] {
        let named = if counted == 1 { &[family][..] } else { &[] };
        let ended = logs(
            both,
            named,
            what,
            one.revoke(counterfoil::store::Revoke::One(&access.id), revoked(at(8)), at(GONE), most(1)),
        );
        assert_eq!(ended.await.expect("an answer").changed, counted);
    }
    for (what, counted) in [("a revocation of a family", 1), ("which is repeated", 0)] {
        let named = if counted == 1 { &[family][..] } else { &[] };
        let ended = logs(both, named, what, one.revoke(ann.family(family), revoked(at(9)), at(GONE), most(1)));
        assert_eq!(ended.await.expect("an answer").changed, counted);
    }
    let gone = at(3 * GONE);
    let _purged = logs(both, &[], "a purge that removes", one.purge(gone, gone, gone, most(99))).await.expect("purged");
    check_notices(both).await;
    check_owners(both).await;
}

async fn check_notices(both: [&dyn Logged; 2]) {
    let [one, _] = both;
    let held = NoticeMark { at: at(10), stage: 0 };
    let leased = NoticeMark { at: at(30), stage: 0 };
    let id = Person::somebody().pat().noticed(held.at, held.stage).found(one).await.expect("a record");
    let claimed = logs(both, &[], "a claim", one.claim(&id, held, leased.at)).await;
    assert!(claimed.expect("an answer").is_some());
    let sent = Some((at(EXPIRES), 0));
    let settled = logs(both, &[], "a settled notice", one.settle(&id, leased, None, sent)).await;
    assert!(settled.expect("an answer"));
}

/// Checks what names the families of one owner: a cap that makes room, a label that changes its family, and a
/// revocation of all.
async fn check_owners(both: [&dyn Logged; 2]) {
    let [one, _] = both;
    let ben = Person::somebody();
    let first = ben.pat().labelled("a").ending(Some(at(5)), Some(at(6)));
    first.found(one).await.expect("a family");
    let second = ben.pat();
    second.found(one).await.expect("a family");
    let label = relabel("a");
    let both_families = [first.family.id, second.family.id];
    logs(both, &both_families, "a label that is taken over", apply(one, second.id(), &label, at(9))).await;
    let third = ben.pat().labelled("b").ending(Some(at(5)), Some(at(6)));
    third.found(one).await.expect("a family");
    let fourth = ben.pat().labelled("b");
    let (named, home) = ([third.family.id], fourth.home(None));
    let inserted = logs(both, &named, "a label of a new family", one.insert(home, &fourth.records, at(9)));
    assert_eq!(inserted.await.expect("an answer"), Inserted::Done);

    let cem = Person::somebody();
    let drafts: Vec<Draft> = (0..4).map(|number| cem.pat().used(at(number))).collect();
    for draft in &drafts {
        draft.found(one).await.expect("a family");
    }
    let fifth = cem.pat();
    let home = fifth.bounded(Some(make_room(4, at(10))), None);
    let ended = drafts[0].family.id;
    let made = logs(both, &[ended], "room under a cap", one.insert(home, &fifth.records, at(10))).await;
    assert_eq!(made.expect("an answer"), Inserted::MadeRoom(vec![ended]));
    let all: Vec<FamilyId> = drafts[1..].iter().chain([&fifth]).map(|draft| draft.family.id).collect();
    let revoked = logs(both, &all, "a revocation of all", one.revoke(cem.all(), revoked(at(11)), at(GONE), most(9)));
    assert_eq!(revoked.await.expect("an answer").changed, 4);
}

/// The host's own steps are read back. Pages follow each other, also with one step each, and a step that is written
/// between two pages is not missed.
pub async fn check_pages(one: &dyn Logged, other: &dyn Logged) {
    let ann = Person::somebody();
    let owner = Narrowed::Owner { realm: ann.realm.clone(), owner: ann.owner.clone() };
    let written = [Narrowed::Family(ann.family_id()), owner, Narrowed::All];
    let before = end(one).await;
    for what in &written {
        one.narrow(what, at(1)).await.expect("written");
    }
    for limit in [1, 2, 3, 9] {
        assert_eq!(walk(other, &before, limit).await.0, written, "pages of {limit}");
    }
    let first = page(other, Some(&before), 2).await;
    assert_eq!((&first.steps[..], first.more, first.lost), (&written[..2], true, false));
    let late = Narrowed::Family(ann.family_id());
    one.narrow(&late, at(2)).await.expect("written");
    assert_eq!(walk(one, &first.next, 1).await.0, [Narrowed::All, late.clone()], "through another handle too");
    let (all, after) = walk(one, &before, 9).await;
    assert_eq!((all.len(), all.last()), (4, Some(&late)));
    let idle = page(one, Some(&after), 9).await;
    assert_eq!((idle.steps, idle.more, idle.lost), (vec![], false, false));
    for unknown in [&b""[..], b"garbage", &[0xFF; 40]] {
        let answer = page(one, Some(&LogPosition::from_bytes(unknown)), 9).await;
        assert!(answer.lost && walk(one, &answer.next, 9).await.0.is_empty(), "{answer:?}");
    }
}

/// A trim removes the steps before an instant, which is that of the call that wrote the step. A reader from before them
/// has lost steps, and another one has not.
pub async fn check_trim(one: &dyn Logged, other: &dyn Logged) {
    while one.trim_narrowings(Timestamp::MAX, most(1_000)).await.expect("trimmed") > 0 {}
    let ann = Person::somebody();
    let draft = ann.refresh();
    let id = draft.found(one).await.expect("a family");
    let displaced = ann.pat().labelled("a").ending(Some(at(5)), Some(at(6)));
    displaced.found(one).await.expect("a family");
    let expiry = Change::Expiry { expires_at: Some(at(EXPIRES - 1)), gone_at: Some(at(GONE)), notice: None };
    let rekey = Change::Rekey { digest: digest_of(&id), key_id: KeyId::new(2) };
    let mut marks = vec![end(one).await];
    // The instants of the calls are 10, 20 and so on.
    let changes = [describe_as("x"), expiry, rekey, edit_details(Some(details(1)))];
    for (change, now) in changes.iter().zip([10, 20, 30, 40]) {
        apply(one, id, change, at(now)).await;
        marks.push(end(one).await);
    }
    let tip = rotate(one, &draft, id, 1, at(50)).await;
    marks.push(end(one).await);
    let slid = slide(at(EXPIRES + 5), at(GONE + 5));
    assert!(matches!(one.rotate(&tip, &slid, &[], at(60)).await, Ok(Rotated::Done)));
    marks.push(end(one).await);
    let labelled = ann.pat().labelled("a");
    assert!(matches!(one.insert(labelled.home(None), &labelled.records, at(70)).await, Ok(Inserted::Done)));
    marks.push(end(one).await);
    apply(one, labelled.id(), &relabel("b"), at(80)).await;
    marks.push(end(one).await);
    let _ended = one.revoke(ann.all(), revoked(at(90)), at(GONE), most(9)).await.expect("revoked");
    marks.push(end(one).await);
    one.narrow(&Narrowed::All, at(100)).await.expect("written");
    marks.push(end(one).await);

    let paged = page(one, Some(&marks[0]), 1).await.next;
    for (call, mark) in marks.iter().enumerate().skip(1) {
        let instant = at(10 * call as u64);
        assert_eq!(one.trim_narrowings(instant, most(100)).await.expect("trimmed"), 0, "{call}: at its own instant");
        let later = Timestamp::from_micros(instant.micros() + 1).expect("an instant");
        let removed = one.trim_narrowings(later, most(100)).await.expect("trimmed");
        assert!(removed > 0, "{call}");
        for (earlier, position) in marks.iter().enumerate().take(call) {
            assert!(page(other, Some(position), 9).await.lost, "trimmed after {earlier}, up to {call}");
        }
        assert!(!page(other, Some(mark), 9).await.lost, "the reader has seen what was trimmed up to {call}");
        assert_eq!(page(other, Some(&paged), 9).await.lost, call > 1, "a page after the first step");
    }
    let (rest, _) = walk(other, &marks[marks.len() - 1], 9).await;
    assert_eq!(rest, []);
    for now in [5, 1, 7] {
        one.narrow(&Narrowed::All, at(now)).await.expect("written");
    }
    assert_eq!(one.trim_narrowings(at(5), most(9)).await.expect("trimmed"), 0, "only from the beginning");
    assert_eq!(one.trim_narrowings(at(6), most(1)).await.expect("trimmed"), 1);
    assert_eq!(one.trim_narrowings(at(6), most(9)).await.expect("trimmed"), 1);
}

/// Writers rotate and revoke on several threads, and a reader follows the log. After each call has returned, its step
/// is read from a position that was taken before the call, and the reader misses no step.
pub fn check_races<S: Logged>(stores: Vec<Arc<S>>, writers: usize, rounds: u64) {
    let (begin, is_over) = (RUNTIME.block_on(end(&*stores[0])), AtomicBool::new(false));
    let follow = |store: &S| {
        let (mut seen, mut after) = (BTreeSet::new(), begin.clone());
        loop {
            let last = is_over.load(Ordering::Acquire);
            let (steps, next) = RUNTIME.block_on(walk(store, &after, 3));
            seen.extend(families(&steps));
            after = next;
            if last {
                return seen;
            }
        }
    };
    let write = |store: &S| {
        RUNTIME.block_on(async {
            let mut changed = Vec::new();
            for round in 0..rounds {
                let person = Person::somebody();
                let (draft, other) = (person.refresh(), person.pat());
                let id = draft.found(store).await.expect("a family");
                other.found(store).await.expect("a family");
                let before = end(store).await;
                rotate(store, &draft, id, 1, at(round)).await;
                let _ended = store
                    .revoke(person.family(other.family.id), revoked(at(1)), at(GONE), most(1))
                    .await
                    .expect("revoked");
                let named = families(&walk(store, &before, 50).await.0);
                for family in [draft.family.id, other.family.id] {
                    assert!(named.contains(&family), "the step of an acknowledged call is there");
                    changed.push(family);
                }
            }
            changed
        })
    };
    let (changed, seen) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| follow(&stores[0]));
        let threads: Vec<_> = (0..writers)
            .map(|writer| {
                let store = &stores[writer % stores.len()];
                scope.spawn(move || write(store))
            })
            .collect();
        let changed: Vec<FamilyId> = threads.into_iter().flat_map(|thread| thread.join().expect("a writer")).collect();
        is_over.store(true, Ordering::Release);
        (changed, reader.join().expect("a reader"))
    });
    assert_eq!(changed.len(), writers * 2 * usize::try_from(rounds).expect("few"));
    let missed: Vec<_> = changed.iter().filter(|family| !seen.contains(family)).collect();
    assert!(missed.is_empty(), "the reader missed {missed:?}");
}

/// A listener that lets each call wait once before each call of the backend, so that it can be cut off there.
struct Waits;

impl BackendCalls for Waits {
    fn poll_call(&self, first: bool, context: &mut Context<'_>) -> Poll<()> {
        if !first {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Polls a future, and drops it when it has been pending more than `polls` times.
async fn cut<T>(future: impl Future<Output = T> + Send, polls: u32) -> Option<T> {
    let (mut future, mut left) = (pin!(listen(Arc::new(Waits), Box::pin(future))), polls);
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// A call that is cut off writes both its change and its step, or neither.
pub async fn check_cut_off(store: &dyn Logged) {
    let (mut finished, mut unfinished) = (0, 0);
    for polls in 0..40 {
        let person = Person::somebody();
        let draft = person.pat();
        let id = draft.found(store).await.expect("a family");
        let before = end(store).await;
        let answer = cut(store.revoke(person.family(draft.family.id), revoked(at(1)), at(GONE), most(1)), polls).await;
        // The statement may still run, so it can end between two reads. The step is read after the record: if the
        // record is revoked, the step is there. The record is read after the step: if the step is there, the record is
        // revoked.
        let is_revoked = async || must_get(store, &id).await.expect("a record").revoked().is_some();
        let is_logged = async || !walk(store, &before, 9).await.0.is_empty();
        let was_revoked = is_revoked().await;
        let was_logged = is_logged().await;
        assert!(was_logged || !was_revoked, "{polls}: a change without its step");
        assert!(is_revoked().await || !was_logged, "{polls}: a step without its change");
        finished += u32::from(answer.is_some());
        unfinished += u32::from(answer.is_none());
    }
    assert!(finished > 0 && unfinished > 0, "{finished} calls finished, {unfinished} did not");
}

/// With its log off, the store answers no call of the log.
pub async fn check_off(store: &dyn Logged) {
    let answers = [
        store.narrowings(None, NonZeroU32::MIN).await.map(drop),
        store.narrow(&Narrowed::All, at(1)).await,
        store.trim_narrowings(Timestamp::MAX, most(9)).await.map(drop),
    ];
    for answer in answers {
        assert!(matches!(answer, Err(StoreError::Unsupported { .. })), "{answer:?}");
    }
}

/// The number of threads that race, and of their rounds.
pub fn size() -> (usize, u64) {
    let scale = counterfoil_conformance::scale();
    (4, u64::from(scale.rounds / 4).max(8))
}

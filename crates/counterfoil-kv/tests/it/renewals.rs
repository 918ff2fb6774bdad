//! Tests renewals: rotations of expired families that need their label or are limited by a cap.

use std::sync::Arc;

use counterfoil::store::{Inserted, Rotated, TokenStore as _, transition};
use counterfoil::types::Version;
use counterfoil_conformance::block_on;
use counterfoil_conformance::sample::{Draft, EXPIRES, GONE, Person, at, most, renewing, supersede};
use counterfoil_kv::{Engine, KvStore, MemoryEngine};
use counterfoil_testkit::threads;

use crate::support::bases::{ENGINES, folder};
use crate::support::meddling::Meddling;

/// An instant at which the families of drafts have expired.
const LATER: u64 = EXPIRES + 1;

/// Rotates the first record of the draft at `now`, so that the family lives again.
async fn renew(store: &KvStore, draft: &Draft, labelled: bool, cap: Option<u32>, now: u64) -> Rotated {
    let mut next = draft.successor(draft.id(), 1);
    (next.expires_at, next.gone_at) = (Some(at(now + EXPIRES)), Some(at(now + GONE)));
    let step = renewing(supersede(Version::FIRST, next.id, at(now)), labelled, cap);
    store.rotate(&draft.id(), &step, &[next], at(now)).await.expect("an answer")
}

/// Inserts a family that is live long after [`LATER`].
async fn insert(store: &KvStore, draft: &Draft, cap: Option<u32>, now: u64) -> Inserted {
    let draft = draft.clone().ending(Some(at(now + EXPIRES)), Some(at(now + GONE)));
    store.insert(draft.home(cap), &draft.records, at(now)).await.expect("an answer")
}

async fn live(store: &KvStore, person: &Person, now: u64) -> usize {
    let page = store.list_families(&person.realm, &person.owner, None, most(500)).await.expect("a page");
    assert!(page.next.is_none());
    page.items.iter().filter(|family| transition::is_live(family, at(now))).count()
}

async fn expired(store: &KvStore, person: &Person, count: usize) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for _ in 0..count {
        let draft = person.pat();
        draft.found(store).await.expect("a token");
        drafts.push(draft);
    }
    drafts
}

/// Renews and inserts on eight threads at the same time, with a cap of three live families. Exactly three calls must
/// succeed.
fn race(name: &str, engine: Arc<dyn Engine>, rounds: usize) {
    let store = block_on(KvStore::open(engine)).expect("a store");
    for _ in 0..rounds {
        let person = Person::somebody();
        let drafts = block_on(expired(&store, &person, 6));
        let done = threads(8, |racer| match drafts.get(racer) {
            Some(draft) => matches!(block_on(renew(&store, draft, false, Some(3), LATER)), Rotated::Done),
            None => block_on(insert(&store, &person.pat(), Some(3), LATER)) == Inserted::Done,
        });
        let done = done.into_iter().filter(|done| *done).count();
        assert_eq!((done, block_on(live(&store, &person, LATER))), (3, 3), "{name}");
    }
}

#[test]
fn renewals_and_inserts_at_once_do_not_exceed_the_cap() {
    race("memory", Arc::new(MemoryEngine::default()), 200);
    for (name, open) in ENGINES {
        let folder = folder();
        race(name, open(folder.path()).expect("an engine"), 20);
    }
}

#[test]
fn a_renewal_whose_count_is_outdated_counts_again() {
    block_on(async {
        let engine = Meddling::default();
        let (store, other) = engine.stores().await;
        let ann = Person::new("default", "ann");
        let drafts = expired(&store, &ann, 2).await;
        let new = ann.pat();
        engine.before_the_next_write({
            let (other, new) = (other.clone(), new.clone());
            async move { assert_eq!(insert(&other, &new, Some(1), LATER).await, Inserted::Done) }
        });
        let refused = renew(&store, &drafts[0], false, Some(1), LATER).await;
        assert!(matches!(refused, Rotated::OwnerFull), "{refused:?}");
        assert_eq!(live(&store, &ann, LATER).await, 1);

        // If a renewal is written after an insert has counted the live families, the insert counts again.
        let bob = Person::new("default", "bob");
        let renewed = expired(&store, &bob, 1).await.remove(0);
        engine.before_the_next_write(async move {
            assert!(matches!(renew(&other, &renewed, false, Some(1), LATER).await, Rotated::Done));
        });
        assert_eq!(insert(&store, &bob.pat(), Some(1), LATER).await, Inserted::OwnerFull);
        assert_eq!(live(&store, &bob, LATER).await, 1);
    });
}

#[test]
fn two_renewals_under_one_cap_are_counted_one_after_the_other() {
    block_on(async {
        let engine = Meddling::default();
        let (store, other) = engine.stores().await;
        let ann = Person::new("default", "ann");
        let drafts = expired(&store, &ann, 2).await;
        let first = drafts[0].clone();
        engine.before_the_next_write(async move {
            assert!(matches!(renew(&other, &first, false, Some(1), LATER).await, Rotated::Done));
        });
        let refused = renew(&store, &drafts[1], false, Some(1), LATER).await;
        assert!(matches!(refused, Rotated::OwnerFull), "{refused:?}");
    });
}

/// A cap counts families of one kind and one client. The cap of a renewal is checked only if the family has expired.
#[test]
fn a_renewal_counts_as_an_insert_does_and_a_live_family_is_not_counted() {
    block_on(async {
        let store = KvStore::open(MemoryEngine::default()).await.expect("a store");
        let ann = Person::new("default", "ann");
        let drafts = expired(&store, &ann, 3).await;
        let sign_in = ann.refresh();
        assert_eq!(insert(&store, &sign_in, None, LATER).await, Inserted::Done);
        let first = renew(&store, &drafts[0], false, Some(1), EXPIRES - 1).await;
        assert!(matches!(first, Rotated::Done), "three families are live, and this is one of them: {first:?}");
        let second = renew(&store, &drafts[1], false, Some(1), EXPIRES).await;
        assert!(matches!(second, Rotated::OwnerFull), "the end is reached: {second:?}");
        let second = renew(&store, &drafts[1], false, Some(2), EXPIRES).await;
        assert!(matches!(second, Rotated::Done), "the sign-in is of another kind: {second:?}");
        let third = renew(&store, &drafts[2], false, None, EXPIRES).await;
        assert!(matches!(third, Rotated::Done), "no cap: {third:?}");
        assert_eq!(live(&store, &ann, EXPIRES).await, 4);
    });
}

#[test]
fn a_label_that_is_taken_during_a_renewal_is_lost() {
    block_on(async {
        let engine = Meddling::default();
        let (store, other) = engine.stores().await;
        let ann = Person::new("default", "ann");
        let (old, new) = (ann.pat().labelled("ci"), ann.pat().labelled("CI"));
        old.found(&store).await.expect("a token");
        engine.before_the_next_write(async move {
            assert_eq!(insert(&other, &new, None, GONE).await, Inserted::Done, "the old holder is past its end");
        });
        let refused = renew(&store, &old, true, None, GONE).await;
        assert!(matches!(refused, Rotated::LabelLost), "{refused:?}");
        let record = store.get(&old.id()).await.expect("an answer").expect("a record");
        assert!(record.is_newest(), "nothing was written");
        let done = renew(&store, &old, false, None, GONE).await;
        assert!(matches!(done, Rotated::Done), "without its label: {done:?}");
    });
}

#[test]
fn a_label_is_renewed_or_taken_but_never_both() {
    let race = |name: &str, engine: Arc<dyn Engine>, rounds: usize| {
        let store = block_on(KvStore::open(engine)).expect("a store");
        for _ in 0..rounds {
            let person = Person::somebody();
            let (old, new) = (person.pat().labelled("ci"), person.pat().labelled("CI"));
            block_on(old.found(&store)).expect("a token");
            let done = threads(2, |racer| {
                if racer == 0 {
                    let answer = block_on(renew(&store, &old, true, None, GONE));
                    assert!(matches!(answer, Rotated::Done | Rotated::LabelLost), "{name}: {answer:?}");
                    matches!(answer, Rotated::Done)
                } else {
                    let answer = block_on(insert(&store, &new, None, GONE));
                    let held = Inserted::LabelTaken(old.family.id);
                    assert!(answer == Inserted::Done || answer == held, "{name}: {answer:?}");
                    answer == Inserted::Done
                }
            });
            assert_eq!(done.iter().filter(|done| **done).count(), 1, "{name}: {done:?}");
        }
    };
    race("memory", Arc::new(MemoryEngine::default()), 500);
    for (name, open) in ENGINES {
        let folder = folder();
        race(name, open(folder.path()).expect("an engine"), 40);
    }
}

//! Tests the list of an owner's families.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use counterfoil::store::{Applied, Change, TokenStore as _};
use counterfoil::types::{FamilyId, Version};
use counterfoil_conformance::block_on;
use counterfoil_conformance::sample::{Draft, GONE, Person, at, most, revoked};
use counterfoil_kv::{Engine, Key, KvStore, MemoryEngine, Write};
use counterfoil_testkit::threads;

use crate::support::bases::{ENGINES, folder};
use crate::support::meddling::Meddling;

/// Reads all pages of a person's families. Returns their ids, and the number of damaged rows.
async fn walk(store: &KvStore, person: &Person, limit: u32) -> (Vec<FamilyId>, u32) {
    let (mut ids, mut corrupt, mut after) = (Vec::new(), 0, None);
    loop {
        let page = store.list_families(&person.realm, &person.owner, after.as_ref(), most(limit)).await;
        let page = page.expect("a page");
        assert!(page.items.len() + usize::try_from(page.corrupt).expect("few") <= usize::try_from(limit).expect("few"));
        ids.extend(page.items.iter().map(|family| family.id));
        corrupt += page.corrupt;
        if page.next.is_none() {
            return (ids, corrupt);
        }
        assert!(page.next > after, "each page continues after the page before it");
        after = page.next;
    }
}

async fn found(store: &KvStore, person: &Person, count: usize) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for _ in 0..count {
        let draft = person.pat();
        draft.found(store).await.expect("a token");
        drafts.push(draft);
    }
    drafts.sort_by_key(|draft| draft.family.id);
    drafts
}

fn ids(drafts: &[Draft]) -> Vec<FamilyId> {
    drafts.iter().map(|draft| draft.family.id).collect()
}

async fn set(engine: &dyn Engine, pairs: Vec<(Key, Option<Vec<u8>>)>) {
    let write = Write { expect: Vec::new(), change: pairs };
    let _applied = engine.write(write).await.expect("an answer");
}

/// Sets the flag when this value is dropped, also if its thread panics.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// One thread changes the expiries of all families, so that their index entries move forwards and backwards. Meanwhile
/// other threads read all pages of the list of families.
fn moved(name: &str, engine: Arc<dyn Engine>, walks: usize) {
    let store = block_on(KvStore::open(engine)).expect("a store");
    let person = Person::somebody();
    let drafts = block_on(found(&store, &person, 300));
    let (all, over) = (ids(&drafts), AtomicBool::new(false));
    let _none = threads(3, |racer| {
        if racer > 0 {
            let _over = Over(&over);
            for _ in 0..walks {
                assert_eq!(block_on(walk(&store, &person, 70)), (all.clone(), 0), "{name}");
            }
            return;
        }
        let mut version = Version::FIRST;
        for turn in 0_u64.. {
            for (nth, draft) in (0_u64..).zip(&drafts) {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let expires_at = Some(at(1 + (nth * 7_919 + turn * 104_729) % 1_000_000));
                let change = Change::Expiry { expires_at, gone_at: Some(at(GONE)), notice: None };
                let applied = block_on(store.apply(&draft.id(), version, &change, at(0))).expect("an answer");
                assert!(matches!(applied, Applied::Done(_)), "{name}: {applied:?}");
            }
            version = version.next();
        }
    });
}

#[test]
fn a_walk_finds_each_family_once_while_their_expiries_change() {
    moved("memory", Arc::new(MemoryEngine::default()), 100);
    for (name, open) in ENGINES {
        let folder = folder();
        moved(name, open(folder.path()).expect("an engine"), 10);
    }
}

/// Moves the last entry of the index to the front, between the first and the second engine call of a page.
#[test]
fn a_family_whose_entry_moves_during_a_page_is_found() {
    block_on(async {
        let engine = Meddling::default();
        let (store, other) = engine.stores().await;
        let ann = Person::new("default", "ann");
        let drafts = found(&store, &ann, 200).await;
        for (nth, draft) in (0..).zip(&drafts) {
            let expires_at = Some(at(1_000 + nth));
            let change = Change::Expiry { expires_at, gone_at: Some(at(GONE)), notice: None };
            let applied = store.apply(&draft.id(), Version::FIRST, &change, at(0)).await.expect("an answer");
            assert!(matches!(applied, Applied::Done(_)), "{applied:?}");
        }
        let last = drafts[199].id();
        engine.after_the_next_scan(async move {
            let change = Change::Expiry { expires_at: Some(at(1)), gone_at: Some(at(GONE)), notice: None };
            let applied = other.apply(&last, Version::FIRST.next(), &change, at(0)).await.expect("an answer");
            assert!(matches!(applied, Applied::Done(_)), "{applied:?}");
        });
        assert_eq!(walk(&store, &ann, 500).await, (ids(&drafts), 0));
    });
}

#[test]
fn a_family_that_is_revoked_during_a_page_is_not_listed() {
    block_on(async {
        let engine = Meddling::default();
        let (store, other) = engine.stores().await;
        let ann = Person::new("default", "ann");
        let mut drafts = found(&store, &ann, 3).await;
        let ended = drafts.remove(1);
        engine.after_the_next_scan({
            let ann = ann.clone();
            async move {
                let what = ann.family(ended.family.id);
                let _done = other.revoke(what, revoked(at(1)), at(GONE), most(1)).await.expect("revoked");
            }
        });
        assert_eq!(walk(&store, &ann, 500).await, (ids(&drafts), 0));
    });
}

#[test]
fn a_revoked_family_is_not_listed_and_an_expired_one_is_until_it_is_purged() {
    block_on(async {
        let store = KvStore::open(MemoryEngine::default()).await.expect("a store");
        let (ann, bob) = (Person::new("default", "ann"), Person::new("default", "bob"));
        let (mut drafts, others) = (found(&store, &ann, 5).await, found(&store, &bob, 2).await);
        assert_eq!(walk(&store, &ann, 2).await, (ids(&drafts), 0));
        assert_eq!(walk(&store, &bob, 2).await, (ids(&others), 0));
        assert_eq!(walk(&store, &Person::new("other", "ann"), 2).await, (Vec::new(), 0));
        let ended = drafts.remove(2);
        let _done =
            store.revoke(ann.family(ended.family.id), revoked(at(1)), at(GONE), most(1)).await.expect("revoked");
        assert_eq!(walk(&store, &ann, 1).await, (ids(&drafts), 0));
        while store.purge(at(GONE), at(GONE), at(GONE), most(9)).await.expect("purged").more {}
        assert_eq!(walk(&store, &ann, 1).await, (Vec::new(), 0));
    });
}

#[test]
fn damaged_families_are_skipped_and_each_is_counted_once() {
    block_on(async {
        let engine = MemoryEngine::default();
        let store = KvStore::open(engine.clone()).await.expect("a store");
        let (ann, bob) = (Person::new("default", "ann"), Person::new("default", "bob"));
        let (mut drafts, others) = (found(&store, &ann, 10).await, found(&store, &bob, 1).await);
        let row = |draft: &Draft| [b"r", &draft.family.id.as_bytes()[..]].concat();
        let spoilt: Vec<_> = [8, 3, 2, 1].map(|nth| drafts.remove(nth)).into();
        set(&engine, spoilt.iter().map(|draft| (row(draft), Some(b"spoilt".to_vec()))).collect()).await;
        // If a damaged row is replaced, its old entry stays in the index, so a family can have two entries. An entry
        // can also name a family of another owner, or a family that does not exist.
        let entries = engine.scan(b"s", b"t", usize::MAX).await.expect("entries");
        let of_ann = |(key, _): &&(Key, Vec<u8>)| key.ends_with(spoilt[0].family.id.as_bytes());
        let entry = &entries.iter().find(of_ann).expect("an entry").0;
        let beside = |ends: u64, id: &[u8]| {
            let behind = entry.len() - 18;
            ([&entry[..behind], &ends.to_be_bytes(), id].concat(), Some(Vec::new()))
        };
        let second = |draft: &Draft| beside(7, draft.family.id.as_bytes());
        let foreign = beside(8, others[0].family.id.as_bytes());
        let none = beside(9, &[0xee; 10]);
        set(&engine, vec![second(&spoilt[0]), second(&drafts[0]), foreign, none]).await;
        for limit in [1, 2, 3, 100] {
            assert_eq!(walk(&store, &ann, limit).await, (ids(&drafts), 4), "pages of {limit}");
        }
        assert_eq!(walk(&store, &bob, 1).await, (ids(&others), 0));
    });
}

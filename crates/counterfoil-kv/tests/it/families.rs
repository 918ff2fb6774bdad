//! Tests the list of an owner's families, and the details of families.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use counterfoil::store::{
    Applied, Change, FamilyBody, FamilyDetails, FamilyParts, Rotated, StoreError, TokenStore as _,
};
use counterfoil::types::{FamilyId, Metadata, Networks, Version};
use counterfoil_conformance::block_on;
use counterfoil_conformance::sample::{Draft, GONE, Person, at, edit_details, most, revoked, supersede};
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

/// Sets the flag when it is dropped, also by a panic.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// One thread moves every family in the index of expiries, forwards and backwards. Others walk meanwhile.
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
        // A damaged row that is replaced leaves its old entry in the index. Entries can also name a family of another
        // owner, or none.
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

fn office() -> FamilyDetails {
    FamilyDetails::new().with_allowed_sources(Networks::new(["192.0.2.0/24"]).expect("a block"))
}

async fn family(store: &KvStore, draft: &Draft) -> FamilyParts {
    store.get(&draft.id()).await.expect("an answer").expect("a record").family().clone()
}

#[test]
fn sight_6_details_are_in_the_files_and_a_family_without_details_has_the_row_of_older_versions() {
    for (name, open) in ENGINES {
        let folder = folder();
        let (plain, detailed) = (Person::somebody().pat(), Person::somebody().pat().detailed(office().kept()));
        block_on(async {
            let store = KvStore::open(open(folder.path()).expect("an engine")).await.expect("a store");
            plain.found(&store).await.expect("a token");
            detailed.found(&store).await.expect("a token");
        });
        block_on(async {
            let engine = open(folder.path()).expect("an engine");
            let store = KvStore::open(Arc::clone(&engine)).await.expect("a store");
            assert_eq!(family(&store, &plain).await.details, None, "{name}");
            assert_eq!(family(&store, &detailed).await.details, office().kept(), "{name}");
            let edit = edit_details(None);
            let removed = store.apply(&detailed.id(), Version::FIRST, &edit, at(1)).await.expect("an answer");
            assert!(matches!(removed, Applied::Done(_)), "{name}: {removed:?}");
            for draft in [&plain, &detailed] {
                let key = [b"r", &draft.family.id.as_bytes()[..]].concat();
                let row = engine.get(&[key]).await.expect("a row").remove(0).expect("a row");
                let body = br#""alone""#;
                let text = [&[0, 0, 0, 7], &body[..]].concat();
                assert!(row.windows(text.len()).any(|window| window == text), "{name}: the body alone");
            }
        });
    }
}

#[test]
fn sight_6_an_edit_of_details_during_a_rotation_is_not_lost() {
    block_on(async {
        let engine = Meddling::default();
        let (store, other) = engine.stores().await;
        let draft = Person::new("default", "ann").pat();
        draft.found(&store).await.expect("a token");
        let id = draft.id();
        engine.before_the_next_write(async move {
            let applied = other.apply(&id, Version::FIRST, &edit_details(office().kept()), at(1)).await;
            assert!(matches!(applied, Ok(Applied::Done(_))), "{applied:?}");
        });
        let next = draft.successor(id, 1);
        let step = supersede(Version::FIRST, next.id, at(2));
        let rotated = store.rotate(&id, &step, std::slice::from_ref(&next), at(2)).await.expect("an answer");
        assert!(matches!(rotated, Rotated::Stale(_)), "the version has changed: {rotated:?}");
        let step = supersede(Version::FIRST.next(), next.id, at(2));
        let rotated = store.rotate(&id, &step, std::slice::from_ref(&next), at(2)).await.expect("an answer");
        assert!(matches!(rotated, Rotated::Done), "{rotated:?}");
        assert_eq!(family(&store, &draft).await.details, office().kept(), "a rotation keeps the details");
        let old = store.apply(&id, Version::FIRST.next().next(), &edit_details(None), at(3)).await;
        assert!(matches!(old, Ok(Applied::Stale(_))), "the superseded record accepts no details: {old:?}");
    });
}

/// A version that does not know a detail must not ignore it, because it may be a restriction.
#[test]
fn fault_d7_a_detail_of_a_newer_version_is_corrupt_and_left_alone() {
    for (name, open) in ENGINES {
        let folder = folder();
        block_on(async {
            let engine = open(folder.path()).expect("an engine");
            let store = KvStore::open(Arc::clone(&engine)).await.expect("a store");
            let person = Person::somebody();
            let details = office().with_metadata("{}".parse::<Metadata>().expect("metadata"));
            let draft = person.pat().detailed(details.kept());
            draft.found(&store).await.expect("a token");
            let key = [b"r", &draft.family.id.as_bytes()[..]].concat();
            let row = engine.get(std::slice::from_ref(&key)).await.expect("a row").remove(0).expect("a row");
            let at_name = row.windows(10).position(|window| window == br#""metadata""#).expect("the name of a member");
            let newer = [&row[..at_name], br#""weekdays""#, &row[at_name + 10..]].concat();
            set(&*engine, vec![(key.clone(), Some(newer.clone()))]).await;
            let read = store.get(&draft.id()).await;
            assert!(matches!(read, Err(StoreError::Corrupt { .. })), "{name}: {read:?}");
            let edit = edit_details(None);
            let applied = store.apply(&draft.id(), Version::FIRST, &edit, at(1)).await;
            assert!(matches!(applied, Err(StoreError::Corrupt { .. })), "{name}: {applied:?}");
            assert_eq!(walk(&store, &person, 9).await, (Vec::new(), 1), "{name}");
            assert_eq!(engine.get(&[key]).await.expect("a row")[0], Some(newer), "{name}");
        });
    }
}

#[test]
fn a_transferred_family_keeps_its_details() {
    use counterfoil::store::{Restored, Transfer as _};
    block_on(async {
        let from = KvStore::open(MemoryEngine::default()).await.expect("a store");
        let to = KvStore::open(MemoryEngine::default()).await.expect("a store");
        let draft = Person::somebody().refresh().with_access().detailed(office().kept());
        draft.found(&from).await.expect("a sign-in");
        let whole = from.family(&draft.family.id).await.expect("an answer").expect("a family");
        assert_eq!(whole.family().details, office().kept());
        assert!(matches!(whole.family().body, FamilyBody::SignIn { .. }));
        assert!(matches!(to.restore(&whole).await, Ok(Restored::Done)));
        let copied = to.family(&draft.family.id).await.expect("an answer").expect("a family");
        assert_eq!(copied.difference(&whole), None);
        assert_eq!(copied.family().details, office().kept());
    });
}

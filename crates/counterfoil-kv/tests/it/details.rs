//! Tests the details of families, which are the addresses from which a credential can be used, the host's metadata, and
//! the device on which a sign-in or session was opened.

use std::sync::Arc;

use counterfoil::store::{
    Applied, FamilyBody, FamilyDetails, FamilyParts, Restored, Rotated, StoreError, TokenStore as _, Transfer as _,
};
use counterfoil::types::{Metadata, Networks, Version};
use counterfoil_conformance::block_on;
use counterfoil_conformance::sample::{Draft, Person, at, edit_details, most, supersede};
use counterfoil_kv::{Engine, KvStore, MemoryEngine, Write};

use crate::support::bases::{ENGINES, folder};
use crate::support::meddling::Meddling;

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

/// A family with a detail that this version cannot decode is corrupt. The detail may be a restriction, so it must not
/// be ignored.
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
            let write = Write { expect: Vec::new(), change: vec![(key.clone(), Some(newer.clone()))] };
            let _applied = engine.write(write).await.expect("an answer");
            let read = store.get(&draft.id()).await;
            assert!(matches!(read, Err(StoreError::Corrupt { .. })), "{name}: {read:?}");
            let edit = edit_details(None);
            let applied = store.apply(&draft.id(), Version::FIRST, &edit, at(1)).await;
            assert!(matches!(applied, Err(StoreError::Corrupt { .. })), "{name}: {applied:?}");
            let page = store.list_families(&person.realm, &person.owner, None, most(9)).await.expect("a page");
            assert_eq!((page.items.len(), page.corrupt), (0, 1), "{name}");
            assert_eq!(engine.get(&[key]).await.expect("a row")[0], Some(newer), "{name}");
        });
    }
}

#[test]
fn a_transferred_family_keeps_its_details() {
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

//! Copies families with details: the addresses from which a credential can be used, the host's metadata, and the device
//! on which a person signed in.

use counterfoil::store::{
    AliasStore, Applied, ClientStore, FamilyDetails, Restored, Rotated, SettingsStore, Throttle, TokenStore, Transfer,
    WholeFamily,
};
use counterfoil::types::{RecordId, Version};
use counterfoil_conformance::sample::{GONE, Person, at, details, edit_details, most, revoked, supersede};
use counterfoil_copy::{Copy, CopyError};

use crate::stores::{Opened, RUNTIME, fjall, memory, postgres, redb, redis, redis_cluster, sqlite};

type Details = Option<Box<FamilyDetails>>;

fn owner() -> Person {
    Person::new("default", "detailed")
}

/// Creates families with details in several states. Returns, for each family, the id of its newest record, whether the
/// family is revoked, and its details.
pub(crate) async fn fill(store: &dyn TokenStore) -> Vec<(RecordId, bool, Details)> {
    let person = owner();
    let (plain, changed, removed) = (person.pat(), person.pat(), person.pat().detailed(Some(details(1))));
    let (rotated, ended) = (person.refresh().with_access(), person.pat().labelled("ended"));
    let (rotated, ended) = (rotated.detailed(Some(details(2))), ended.detailed(Some(details(3))));
    for draft in [&plain, &changed, &removed, &rotated, &ended] {
        draft.found(store).await.expect("a family");
    }
    for (draft, new) in [(&changed, Some(details(4))), (&removed, None)] {
        let applied = store.apply(&draft.id(), Version::FIRST, &edit_details(new), at(1)).await.expect("a store");
        assert!(matches!(applied, Applied::Done(_)), "{applied:?}");
    }
    let next = rotated.successor(rotated.id(), 1);
    let step = supersede(Version::FIRST, next.id, at(5));
    let done = store.rotate(&rotated.id(), &step, std::slice::from_ref(&next), at(5)).await.expect("a store");
    assert!(matches!(done, Rotated::Done), "{done:?}");
    let family = person.family(ended.family.id);
    let _done = store.revoke(family, revoked(at(6)), at(GONE), most(1)).await.expect("a store");
    vec![
        (plain.id(), false, None),
        (changed.id(), false, Some(details(4))),
        (removed.id(), false, None),
        (next.id, false, Some(details(2))),
        (ended.id(), true, Some(details(3))),
    ]
}

async fn survive<S>(target: Opened<S>)
where
    S: TokenStore + Transfer + ClientStore + SettingsStore + Throttle + AliasStore,
{
    let (source, person) = (redb().await, owner());
    let filled = fill(&*source.store).await;
    Copy::new(source.stores(), target.stores()).run().await.expect("a copy");
    for (id, _, details) in &filled {
        let copied = target.store.get(id).await.expect("a store").expect("a record");
        assert_eq!(copied.family().details, *details);
    }
    let page = target.store.list_families(&person.realm, &person.owner, None, most(100)).await.expect("a page");
    let mut listed: Vec<_> = page.items.into_iter().map(|family| (family.id, family.details)).collect();
    listed.sort_by_key(|(id, _)| *id);
    let standing = filled.iter().filter(|(_, ended, _)| !ended);
    let mut standing: Vec<_> = standing.map(|(id, _, details)| (id.family(), details.clone())).collect();
    standing.sort_by_key(|(id, _)| *id);
    assert_eq!(listed, standing);
    // The details of a copied family can be edited.
    let (newest, _, _) = &filled[3];
    let applied = target.store.apply(newest, Version::FIRST, &edit_details(Some(details(9))), at(7)).await;
    assert!(matches!(applied, Ok(Applied::Done(_))), "{applied:?}");
    let copied = target.store.family(&newest.family()).await.expect("a store").expect("a family");
    assert_eq!(copied.family().details, Some(details(9)));
    let differs = Copy::new(source.stores(), target.stores()).verify().await;
    let family = newest.family();
    assert!(matches!(differs, Err(CopyError::Differs { family: found, .. }) if found == family), "{differs:?}");
}

/// Makes a test for each kind of target.
macro_rules! targets {
    ($($name:ident: $target:expr;)*) => {$(
        #[test]
        fn $name() {
            RUNTIME.block_on(async { survive($target).await });
        }
    )*};
}

targets! {
    host_60_and_sight_6_details_survive_a_copy_to_the_store_in_memory: memory();
    host_60_and_sight_6_details_survive_a_copy_to_sqlite: sqlite().await;
    host_60_and_sight_6_details_survive_a_copy_to_postgresql: postgres().await;
    host_60_and_sight_6_details_survive_a_copy_to_redis: redis().await;
    host_60_and_sight_6_details_survive_a_copy_to_a_redis_cluster: redis_cluster().await;
    host_60_and_sight_6_details_survive_a_copy_to_redb: redb().await;
    host_60_and_sight_6_details_survive_a_copy_to_fjall: fjall().await;
}

/// Checks that a run and a comparison fail if a family of the target differs from the source's only in its details.
#[test]
fn host_60_other_details_in_the_target_are_a_difference() {
    RUNTIME.block_on(async {
        let (source, target) = (memory(), memory());
        let draft = owner().pat().detailed(Some(details(1)));
        draft.found(&*source.store).await.expect("a family");
        let whole = source.store.family(&draft.family.id).await.expect("a store").expect("a family");
        let mut other = whole.family().clone();
        other.details = Some(details(2));
        let other = WholeFamily::new(other, whole.members().to_vec()).expect("a family");
        assert_eq!(target.store.restore(&other).await.expect("a store"), Restored::Done);
        for differs in [
            Copy::new(source.stores(), target.stores()).run().await.map(drop),
            Copy::new(source.stores(), target.stores()).verify().await.map(drop),
        ] {
            assert!(matches!(differs, Err(CopyError::Differs { field: "details", .. })), "{differs:?}");
        }
    });
}

//! Tests the details of families in a database of an earlier version, which stored no details.

use counterfoil::store::{Applied, RecordParts, TokenStore as _, Transfer as _, WholeFamily};
use counterfoil_conformance::sample::{Person, at, details, edit_details};
use counterfoil_stores::AnyStore;
use counterfoil_upgrade_tests::BEFORE;
use counterfoil_upgrade_tests::compare::difference;
use counterfoil_upgrade_tests::database::{Database, Kind};
use counterfoil_upgrade_tests::list;
use serde_json::Value;

use crate::support::{LIST, MANY};

pub(crate) async fn are_kept_beside(kind: Kind) {
    let database = Database::written(kind, BEFORE).await;
    let store = database.open().await;
    let new = Person::new("default", "detailed").refresh().with_access().detailed(Some(details(1)));
    new.found(&**store.tokens()).await.expect("a family");
    assert_eq!(difference(&LIST["contents"], &without_details(list::contents(&store).await)), None);

    let old = old_family(&store).await;
    let newest = leading(&old).expect("a record");
    let mut version = newest.version;
    for wanted in [Some(details(2)), None, Some(details(3))] {
        let edit = edit_details(wanted.clone());
        let applied = store.tokens().apply(&newest.id, version, &edit, at(1)).await.expect("an answer");
        assert!(matches!(applied, Applied::Done(_)), "{applied:?}");
        let read = store.families().family(&newest.id.family()).await.expect("an answer").expect("a family");
        let mut expected = old.family().clone();
        expected.details = wanted;
        assert_eq!(*read.family(), expected, "nothing else is changed");
        version = version.next();
    }
    store.close().await;
    drop(store);

    let store = database.open().await;
    for (id, wanted) in [(new.id(), details(1)), (new.records[1].id, details(1)), (newest.id, details(3))] {
        let read = store.tokens().get(&id).await.expect("an answer").expect("a record");
        assert_eq!(read.family().details, Some(wanted));
    }
    let owner = (&old.family().realm, &old.family().owner);
    let page = store.tokens().list_families(owner.0, owner.1, None, MANY).await.expect("a page");
    assert!(page.items.iter().any(|family| family.id == old.family().id && family.details == Some(details(3))));
    assert_eq!((page.next, page.corrupt), (None, 0));
}

/// Removes from the contents of a store all families that have details.
fn without_details(mut contents: Value) -> Value {
    let families = contents["families"].as_array_mut().expect("an array");
    let all = families.len();
    families.retain(|family| family["family"]["details"].is_null());
    assert_eq!(families.len(), all - 1, "the control: the new family is in the list");
    contents
}

/// Returns the first family of the earlier version whose newest record accepts a change.
async fn old_family(store: &AnyStore) -> WholeFamily {
    for id in store.families().families(None, MANY).await.expect("a page").items {
        let whole = store.families().family(&id).await.expect("an answer").expect("a family");
        if whole.family().details.is_none() && whole.family().revoked.is_none() && leading(&whole).is_some() {
            return whole;
        }
    }
    panic!("no family of the earlier version can be changed")
}

/// Returns the newest record of the family, if it is not revoked.
fn leading(whole: &WholeFamily) -> Option<&RecordParts> {
    let family = whole.family();
    let leads = |member: &&RecordParts| member.generation == family.generation && member.kind == family.kind;
    whole.members().iter().find(leads).filter(|member| member.revoked.is_none())
}

//! Tests reading one credential by its id: who may read it, and which credentials are not found.

use counterfoil::operations::{CredentialFilter, Overlap};
use counterfoil::types::RecordId;
use counterfoil::{CredentialView, ManageError, Presenter};

use super::*;

fn see(world: &World, by: &Presenter, id: &RecordId) -> Result<CredentialView, ManageError> {
    block_on(world.handle.credential(by, id))
}

#[test]
fn sight_3_an_administrator_sees_each_credential_of_the_inventory_by_its_id() {
    let world = stocked();
    let found = walk(&world, &CredentialFilter::default(), 100);
    assert_eq!(found.len(), 7);
    for listed in found {
        let seen = see(&world, &world.presenter("super"), &listed.id).expect("found");
        assert_eq!(format!("{seen:?}"), format!("{listed:?}"));
    }
}

#[test]
fn sight_3_an_owner_sees_an_own_token_by_its_id_and_nobody_elses() {
    let world = stocked();
    let (own, foreign) = (world.pat("ivan", "own").view.id, world.pat("bill", "foreign").view.id);
    let by = world.presenter("ivan");
    let seen = block_on(world.handle.personal_access_token(&by, &own)).expect("found");
    assert_eq!((seen.label.as_str(), seen.owner), ("own", Some(subject("ivan"))));
    assert!(matches!(block_on(world.handle.personal_access_token(&by, &foreign)), Err(ManageError::NotFound)));
    assert!(matches!(see(&world, &by, &own), Err(ManageError::Forbidden(_))), "the inventory is not for owners");
}

#[test]
fn sight_3_what_is_unknown_deleted_replaced_past_its_retention_or_of_another_realm_is_not_found() {
    let world = stocked();
    let admin = world.presenter("admin");
    let not_found = |id: &RecordId| matches!(see(&world, &admin, id), Err(ManageError::NotFound));
    assert!(not_found(&RecordId::from_bytes([1; 16])));
    let deleted = world.pat("ivan", "deleted").view.id;
    world.delete("ivan", &deleted).expect("deleted");
    let old = world.pat("ivan", "old").view.id;
    let by = world.presenter("ivan");
    block_on(world.handle.rotate_personal_access_token(&by, &old, Overlap::Immediate)).expect("rotated");
    assert!(not_found(&deleted) && not_found(&old));

    let short = world.create("ivan", "short", 1).expect("a token").view;
    world.pass(days(1));
    assert!(see(&world, &admin, &short.id).is_ok_and(|seen| seen.status.as_str() == "expired"));
    let gone_at = world.stored(&short.id).expect("stored").gone_at().expect("an end");
    world.clock.set(just_before(gone_at));
    assert!(!not_found(&short.id));
    world.clock.set(gone_at);
    assert!(not_found(&short.id), "at this instant");

    let other = counterfoil::Realm::new("other").expect("a realm");
    let there = world.elsewhere(|builder| builder.realm(other));
    let own = world.pat("ivan", "own").view.id;
    assert!(see(&world, &Presenter::host(), &own).is_ok());
    assert!(matches!(see(&there, &Presenter::host(), &own), Err(ManageError::NotFound)));
}

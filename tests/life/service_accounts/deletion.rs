//! Tests the deletion of a service account and of its tokens.

use counterfoil::event::{EventKind, ServiceAccountAction};
use counterfoil::http_auth::Refusal;
use counterfoil::service_account::*;
use counterfoil::testing::{Failure, Faults, FaultyStore};
use counterfoil::types::RevocationReason;
use counterfoil::*;

use crate::support::*;

#[test]
fn machine_1_deleting_an_account_ends_its_credentials_and_stays_deleted() {
    let world = world();
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let empty = world.machine("admin", "empty", Role::Member).expect("made");
    let admin = world.presenter("admin");
    let token = world.machine_token(&admin, &account).expect("made");
    world.take_events();
    let delete = |of: &ServiceAccountView| block_on(world.handle.delete_service_account(&admin, &of.id));
    delete(&account).expect("deleted");
    let owner = account.subject.clone().into();
    assert_eq!(
        world.take_events(),
        [
            EventKind::OwnerRevoked { owner, kinds: None, families: 1 },
            EventKind::ServiceAccount { id: account.id, action: ServiceAccountAction::Deleted },
        ]
    );
    let reason = world.reason(token.token.expose_secret());
    assert!(matches!(reason, Refusal::Revoked { reason: RevocationReason::ByAdministrator, .. }), "{reason:?}");
    delete(&account).expect("again, while a deleted token is still stored");
    assert!(matches!(block_on(world.handle.service_account(&admin, &account.id)), Err(ManageError::NotFound)));
    assert!(matches!(world.machine_token(&admin, &account), Err(ManageError::NotFound)));
    delete(&empty).expect("deleted");
    assert!(matches!(delete(&empty), Err(ManageError::NotFound)), "it never had a token");
    // The deleted token is kept for 30 days, and for 30 more days because no worker has sent its notice.
    world.pass(days(61));
    let _purged = block_on(world.handle.purge(limit(500))).expect("purged");
    assert!(matches!(delete(&account), Err(ManageError::NotFound)));
}

/// Simulates a creation that began before the deletion of the account and ended after it: the account is removed, but a
/// token of it is stored. A second deletion must end this token.
#[test]
fn machine_1_a_second_deletion_ends_a_token_that_was_made_meanwhile() {
    let world = world();
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let admin = world.presenter("admin");
    let delete = || block_on(world.handle.delete_service_account(&admin, &account.id));
    let token = world.machine_token(&admin, &account).expect("made");
    world.set(|stored| assert!(stored.service_accounts.remove(&account.id).is_some(), "without an end of its tokens"));
    world.pass(std::time::Duration::from_secs(1));
    assert_eq!(world.reason(token.token.expose_secret()), Refusal::AccountMissing);
    delete().expect("there is something to end");
    let reason = world.reason(token.token.expose_secret());
    assert!(matches!(reason, Refusal::Revoked { .. }), "{reason:?}");
    delete().expect("again");
}

#[test]
fn machine_1_a_deletion_that_stops_halfway_leaves_the_account_disabled() {
    let world = world();
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let token = world.machine_token(&world.presenter("admin"), &account).expect("made");
    let faults = Faults::default();
    let broken = world.elsewhere(|builder| builder.store(FaultyStore::new(world.store.clone(), faults.clone())));
    faults.on("revoke", Failure::NotExecuted);
    let stopped = block_on(broken.handle.delete_service_account(&world.presenter("admin"), &account.id));
    assert!(matches!(stopped, Err(ManageError::Unavailable(_))), "{stopped:?}");
    world.pass(std::time::Duration::from_secs(1));
    assert_eq!(world.reason(token.token.expose_secret()), Refusal::AccountDisabled);
    block_on(world.handle.delete_service_account(&world.presenter("admin"), &account.id)).expect("the rest");
    assert!(!world.works(token.token.expose_secret()));
}

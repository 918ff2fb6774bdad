//! Tests the tokens of a service account: gates, caps, rotation and deletion.

use std::num::NonZeroU32;

use counterfoil::http_auth::{Gate, Refusal};
use counterfoil::operations::Overlap;
use counterfoil::service_account::*;
use counterfoil::types::RecordId;
use counterfoil::*;

use super::immediate;
use crate::support::*;

#[test]
fn machine_1_the_setting_closes_its_tokens_and_no_switch_does() {
    let mut policy = immediate();
    policy.personal_access_tokens.switch = counterfoil::policy::SwitchGate::DefaultOff;
    let world = world_with(policy, |builder| builder);
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let admin = world.presenter("admin");
    let token = world.machine_token(&admin, &account).expect("an administrator made it, so it has no switch");
    assert!(world.works(token.token.expose_secret()));
    world.open_gate(false);
    assert_eq!(world.reason(token.token.expose_secret()), Refusal::GateClosed { gate: Gate::Setting });
    let closed = world.machine_token(&admin, &account);
    assert!(matches!(closed, Err(ManageError::Forbidden(Forbidden::Gate { gate: Gate::Setting }))), "{closed:?}");
    let no_switch = block_on(world.handle.set_token_login(&admin, &account.subject, true));
    assert!(matches!(no_switch, Err(ManageError::NotFound)), "{no_switch:?}");
}

#[test]
fn machine_1_caps_and_labels_hold_for_each_account() {
    let mut policy = open_policy();
    policy.personal_access_tokens.max_live_per_owner = NonZeroU32::new(2);
    let world = world_with(policy, |builder| builder);
    let admin = world.presenter("admin");
    let make = |of: &ServiceAccountView, label: &str| {
        let new = NewPersonalAccessToken::new(label, Lifetime::Days(1));
        block_on(world.handle.create_service_token(&admin, &of.id, &new))
    };
    let (one, two) = (world.machine("admin", "one", Role::Member), world.machine("admin", "two", Role::Member));
    let (one, two) = (one.expect("made"), two.expect("made"));
    make(&one, "a").expect("made");
    assert!(matches!(make(&one, "A"), Err(ManageError::Conflict(Conflict::LabelTaken))));
    make(&two, "a").expect("another owner");
    make(&one, "b").expect("made");
    assert!(matches!(make(&one, "c"), Err(ManageError::Conflict(Conflict::QuotaReached))));
    make(&two, "b").expect("another owner");
}

#[test]
fn machine_1_administrators_rotate_and_delete_its_tokens_and_it_cannot_renew_itself() {
    let world = world();
    let account = world.machine("admin", "build", Role::Administrator).expect("made");
    let other = world.machine("admin", "other", Role::Member).expect("made");
    let admin = world.presenter("admin");
    let token = world.machine_token(&admin, &account).expect("made");
    let own = world.as_token(token.token.expose_secret());
    let id = token.view.id;
    for refused in [
        block_on(world.handle.rotate_personal_access_token(&own, &id, Overlap::Immediate)).map(drop),
        block_on(world.handle.update_personal_access_token(&own, &id, &relabelled("renamed"))).map(drop),
        world.machine_token(&own, &account).map(drop),
        block_on(world.handle.create_service_account(&own, &NewServiceAccount::new("x", Role::Member))).map(drop),
        block_on(world.handle.list_service_accounts(&own, None, limit(1))).map(drop),
    ] {
        assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::CredentialKind))), "{refused:?}");
    }
    let wrong = block_on(world.handle.rotate_service_token(&admin, &other.id, &id, Overlap::Immediate));
    assert!(matches!(wrong, Err(ManageError::NotFound)), "{wrong:?}");
    assert!(matches!(block_on(world.handle.delete_service_token(&admin, &other.id, &id)), Err(ManageError::NotFound)));
    let new = block_on(world.handle.rotate_service_token(&admin, &account.id, &id, Overlap::UntilFirstUse));
    let new = new.expect("replaced");
    assert_eq!((new.view.label.as_str(), new.view.expires_at), ("runner", token.view.expires_at));
    assert!(world.works(token.token.expose_secret()) && world.works(new.token.expose_secret()));
    assert!(!world.works(token.token.expose_secret()), "the first use has ended the old one");
    // Of all these operations, a service account may use only two: it may list and delete its own tokens.
    let own = world.as_token(new.token.expose_secret());
    let listed = block_on(world.handle.list_personal_access_tokens(&own, None, limit(9))).expect("listed");
    assert_eq!(listed.items.len(), 1);
    block_on(world.handle.delete_personal_access_token(&own, &new.view.id)).expect("deleted");
    block_on(world.handle.delete_service_token(&admin, &account.id, &new.view.id)).expect("deleted already");
    let nobodys = RecordId::from_bytes([1; 16]);
    let missing = block_on(world.handle.delete_service_token(&admin, &account.id, &nobodys));
    assert!(matches!(missing, Err(ManageError::NotFound)));
}

//! Tests that a service account acts only while the account is enabled and its maker may act, and with no higher role
//! than its maker has.

use counterfoil::event::{EventKind, ServiceAccountAction};
use counterfoil::http_auth::Refusal;
use counterfoil::*;

use super::{immediate, update};
use crate::support::*;

const ROLES: [Role; 4] = [Role::Collaborator, Role::Member, Role::Administrator, Role::SuperAdministrator];

#[test]
fn machine_1_it_acts_with_the_lesser_role_of_its_own_and_its_makers_whatever_both_are() {
    for own in ROLES.into_iter().filter(|role| *role != Role::Collaborator) {
        for makers in ROLES {
            let world = world_with(immediate(), |builder| builder);
            let account = world.machine("super", "build", own).expect("made");
            let token = world.machine_token(&world.presenter("super"), &account).expect("made");
            world.people.set_role(&subject("super"), makers);
            match world.verify(token.token.expose_secret()) {
                Ok(principal) => assert_eq!(principal.role(), own.min(makers)),
                Err(Denied::Refused(Refusal::OwnerIsCollaborator)) => assert_eq!(makers, Role::Collaborator),
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn machine_1_it_stops_with_its_maker_and_goes_on_when_somebody_takes_it_over() {
    let world = world();
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let token = world.machine_token(&world.presenter("admin"), &account).expect("made");
    let text = token.token.expose_secret();
    assert!(world.works(text));
    world.people.set_disabled(&subject("admin"), true);
    assert_eq!(world.reason(text), Refusal::AccountDisabled);
    world.people.set_disabled(&subject("admin"), false);
    assert!(world.works(text));
    world.people.remove(&subject("admin"));
    assert_eq!(world.reason(text), Refusal::AccountDisabled, "missing");
    let refused = world.machine_token(&world.presenter("super"), &account);
    assert!(matches!(refused, Err(ManageError::Conflict(Conflict::MayNotAct))), "{refused:?}");
    let adopted = world.change("super", &account, update().with_adopt(true)).expect("taken over");
    assert_eq!(adopted.made_by, Some(subject("super")));
    assert!(world.works(text));
    let hosts =
        block_on(world.handle.update_service_account(&Presenter::host(), &account.id, &update().with_adopt(true)));
    assert_eq!(hosts.expect("taken over").made_by, None);
    world.people.remove(&subject("super"));
    assert!(world.works(text), "the host answers for it");
}

/// A host sets `valid_since` of a subject id when it gives this id to another person, or when the person wants to end
/// all earlier credentials.
#[test]
fn machine_1_it_stops_at_its_makers_valid_since_until_somebody_takes_it_over() {
    let mut lasting = immediate();
    lasting.service_accounts.follow_valid_since = false;
    for (policy, stops) in [(immediate(), true), (lasting, false)] {
        let world = world_with(policy, |builder| builder);
        let account = world.machine("admin", "build", Role::Member).expect("made");
        let token = world.machine_token(&world.presenter("admin"), &account).expect("made");
        let text = token.token.expose_secret();
        let since = |at| assert!(world.people.update(world.account("admin").with_valid_since(at)));
        since(world.now());
        assert!(world.works(text), "equal is valid");
        world.pass(std::time::Duration::from_secs(1));
        since(world.now());
        assert_eq!(!world.works(text), stops);
        let refused = world.machine_token(&world.presenter("super"), &account);
        assert_eq!(matches!(refused, Err(ManageError::Conflict(Conflict::MayNotAct))), stops, "{refused:?}");
        world.change("admin", &account, update().with_label("renamed")).expect("changed");
        assert_eq!(!world.works(text), stops, "a change of the label takes nothing over");
        let adopted = world.change("admin", &account, update().with_adopt(true)).expect("taken over");
        assert_eq!(adopted.made_by, Some(subject("admin")));
        assert!(world.works(text));
    }
}

#[test]
fn machine_1_a_disabled_account_is_refused_at_once_and_works_again_when_enabled() {
    let world = world();
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let token = world.machine_token(&world.presenter("admin"), &account).expect("made");
    world.take_events();
    for (disabled, action) in [(true, ServiceAccountAction::Disabled), (false, ServiceAccountAction::Enabled)] {
        let after = world.change("admin", &account, update().with_disabled(disabled)).expect("changed");
        assert_eq!(after.disabled, disabled);
        assert_eq!(world.take_events(), [EventKind::ServiceAccount { id: account.id, action }]);
        assert_eq!(world.works(token.token.expose_secret()), !disabled);
        let listed = block_on(world.handle.service_token(&world.presenter("admin"), &account.id, &token.view.id));
        let suspended = listed.expect("listed").status == counterfoil::operations::Status::Suspended;
        assert_eq!(suspended, disabled);
        world.change("admin", &account, update().with_disabled(disabled)).expect("no change");
        let told = world.take_events();
        assert!(!told.iter().any(|told| matches!(told, EventKind::ServiceAccount { .. })), "{told:?}");
    }
}

#[test]
fn machine_1_another_process_notices_a_change_within_the_staleness() {
    let world = world();
    let account = world.machine("admin", "build", Role::Administrator).expect("made");
    let token = world.machine_token(&world.presenter("admin"), &account).expect("made");
    let other = world.elsewhere(|builder| builder);
    let text = token.token.expose_secret();
    assert!(other.works(text));
    world.change("admin", &account, update().with_disabled(true)).expect("disabled");
    assert!(!world.works(text), "in this process at once");
    assert!(other.works(text), "not yet read again");
    world.pass(std::time::Duration::from_secs(1));
    assert_eq!(other.reason(text), Refusal::AccountDisabled);
}

//! Tests users and their switch for personal access tokens, "token login allowed" (requirement A2-TOKEN 1).

use crate::support::*;
use counterfoil::event::EventKind;
use counterfoil::policy::Policy;
use counterfoil::store::SettingsStore;
use counterfoil::{Forbidden, ManageError, Presenter, Realm};

fn allowed(world: &World, by: &Presenter, name: &str) -> bool {
    let found = block_on(world.handle.list_users(by, name, limit(10))).expect("allowed");
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].token_login_allowed
}

#[test]
fn a2_token_1_administrators_and_profile_managers_set_the_switch() {
    let world = bare_world(Policy::a2nta());
    for name in ["admin", "helen"] {
        let by = world.presenter(name);
        assert!(!allowed(&world, &by, "ivan"), "off until somebody sets it");
        let view = block_on(world.handle.set_token_login(&by, &subject("ivan"), true)).expect("allowed");
        assert!(view.token_login_allowed && allowed(&world, &by, "ivan") && !allowed(&world, &by, "carol"));
        assert_eq!(world.take_events(), [EventKind::Switch { subject: subject("ivan"), allowed: true }]);
        block_on(world.handle.set_token_login(&by, &subject("ivan"), true)).expect("allowed");
        assert_eq!(world.take_events(), [], "nothing changed");
        block_on(world.handle.set_token_login(&by, &subject("ivan"), false)).expect("allowed");
        assert_eq!(world.take_events(), [EventKind::Switch { subject: subject("ivan"), allowed: false }]);
    }
}

#[test]
fn a2_token_1_nobody_else_finds_users_or_sets_a_switch() {
    let world = bare_world(Policy::default());
    for name in ["carol", "ivan"] {
        let by = world.presenter(name);
        let find = block_on(world.handle.list_users(&by, "", limit(10))).map(|_| ());
        let set = block_on(world.handle.set_token_login(&by, &subject("ivan"), true)).map(|_| ());
        for answer in [find, set] {
            assert!(matches!(answer, Err(ManageError::Forbidden(Forbidden::ProfileManagement))), "{answer:?}");
        }
    }
}

#[test]
fn a2_token_1_a_subject_of_nobody_is_not_found() {
    let world = bare_world(Policy::default());
    let answer = block_on(world.handle.set_token_login(&world.presenter("admin"), &subject("nobody"), true));
    assert!(matches!(answer, Err(ManageError::NotFound)));
    assert_eq!(world.take_events(), []);
}

#[test]
fn a2_token_1_only_what_differs_from_the_default_is_kept() {
    let world = bare_world(Policy::a2nta());
    let admin = world.presenter("admin");
    let kept = || {
        let stored = block_on(SettingsStore::settings(&world.store, &Realm::default())).expect("reachable");
        stored.map(|stored| stored.settings.switches.len()).unwrap_or_default()
    };
    block_on(world.handle.set_token_login(&admin, &subject("ivan"), false)).expect("allowed");
    assert_eq!(kept(), 0);
    block_on(world.handle.set_token_login(&admin, &subject("ivan"), true)).expect("allowed");
    assert_eq!(kept(), 1);
    block_on(world.handle.set_token_login(&admin, &subject("ivan"), false)).expect("allowed");
    assert_eq!(kept(), 0);
}

#[test]
fn a_directory_that_cannot_be_asked_is_unavailable_and_never_not_found() {
    let world = bare_world(Policy::default());
    let admin = world.presenter("admin");
    world.people.set_unavailable(true);
    let find = block_on(world.handle.list_users(&admin, "", limit(1))).map(|_| ());
    let set = block_on(world.handle.set_token_login(&admin, &subject("ivan"), true)).map(|_| ());
    for answer in [find, set] {
        assert!(matches!(answer, Err(ManageError::Unavailable(_))), "{answer:?}");
    }
}

#[test]
fn one_user_is_seen_by_whoever_finds_users_and_by_nobody_else() {
    let world = bare_world(Policy::a2nta());
    let admin = world.presenter("admin");
    let seen = block_on(world.handle.user(&admin, &subject("ivan"))).expect("allowed");
    assert_eq!((seen.name.as_str(), seen.token_login_allowed), ("ivan", false));
    let missing = block_on(world.handle.user(&admin, &subject("nobody")));
    assert!(matches!(missing, Err(ManageError::NotFound)), "{missing:?}");
    let curious = block_on(world.handle.user(&world.presenter("carol"), &subject("nobody")));
    assert!(matches!(curious, Err(ManageError::Forbidden(Forbidden::ProfileManagement))), "{curious:?}");
}

//! Tests the two gates of personal access tokens under the hardened policy: the setting, and the switch of each account
//! (requirements SYN-PAT 1 and A2-TOKEN 1).

use counterfoil::http_auth::{Gate, Refusal};
use counterfoil::operations::{Overlap, Status};
use counterfoil::policy::Policy;
use counterfoil::*;

use crate::support::*;

/// Makes a world with the hardened policy, and creates a token of Ivan in it. The setting for personal access tokens
/// and Ivan's switch are on while the token is created. Afterwards, the setting gets the value `setting`, and Ivan's
/// switch gets the value `switch`.
fn hardened(setting: bool, switch: bool) -> (World, IssuedCredential) {
    let world = bare_world(Policy::default());
    world.allow_tokens(true);
    world.allow_token_login("helen", "ivan", true).expect("helen manages user profiles");
    let token = world.pat("ivan", "ci");
    world.allow_tokens(setting);
    world.allow_token_login("admin", "ivan", switch).expect("allowed");
    (world, token)
}

/// Calls four operations as Ivan, the owner of the token. Returns for each the closed gate that caused its error, or
/// `None` if it succeeded.
fn gates_named(world: &World, token: &IssuedCredential) -> [Option<Gate>; 4] {
    let (by, id) = (world.presenter("ivan"), &token.view.id);
    let gate = |outcome: Result<(), ManageError>| match outcome {
        Ok(()) => None,
        Err(ManageError::Forbidden(Forbidden::Gate { gate })) => Some(gate),
        Err(other) => panic!("{other}"),
    };
    [
        gate(block_on(world.handle.list_personal_access_tokens(&by, None, limit(10))).map(drop)),
        gate(world.create("ivan", "another", 1).map(drop)),
        gate(block_on(world.handle.rotate_personal_access_token(&by, id, Overlap::UntilFirstUse)).map(drop)),
        gate(world.delete("ivan", id)),
    ]
}

#[test]
fn a2_token_1_and_syn_pat_1_the_hardened_policy_asks_both_gates_and_one_closed_is_enough() {
    for (setting, switch, closed) in [
        (true, true, None),
        (true, false, Some(Gate::Switch)),
        (false, true, Some(Gate::Setting)),
        (false, false, Some(Gate::Setting)),
    ] {
        let (world, token) = hardened(setting, switch);
        let refused = match world.verify(token.token.expose_secret()) {
            Ok(_) => None,
            Err(Denied::Refused(Refusal::GateClosed { gate })) => Some(gate),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(refused, closed, "use, with the setting {setting} and the switch {switch}");
        assert_eq!(gates_named(&world, &token), [closed; 4], "the setting {setting}, the switch {switch}");
    }
}

#[test]
fn a2_token_1_behind_closed_gates_administrators_list_and_delete() {
    let (world, token) = hardened(false, false);
    let page = block_on(world.handle.list_personal_access_tokens_of(
        &world.presenter("admin"),
        &subject("ivan"),
        None,
        limit(10),
    ));
    let items = page.expect("allowed").items;
    assert_eq!(
        items.iter().map(|listed| (listed.id, listed.status)).collect::<Vec<_>>(),
        [(token.view.id, Status::Suspended)]
    );
    world.delete_of("admin", "ivan", &token.view.id).expect("allowed");
    world.allow_tokens(true);
    world.allow_token_login("admin", "ivan", true).expect("allowed");
    assert!(matches!(world.reason(token.token.expose_secret()), Refusal::Revoked { .. }));
}

#[test]
fn a2_token_1_both_gates_are_closed_until_somebody_opens_them_and_open_for_one_account_only() {
    let world = bare_world(Policy::default());
    let gate = |owner: &str| match world.create(owner, "ci", 1) {
        Ok(_) => None,
        Err(ManageError::Forbidden(Forbidden::Gate { gate })) => Some(gate),
        Err(other) => panic!("{other}"),
    };
    assert_eq!(gate("ivan"), Some(Gate::Setting));
    world.allow_tokens(true);
    assert_eq!(gate("ivan"), Some(Gate::Switch));
    world.allow_token_login("admin", "ivan", true).expect("allowed");
    assert_eq!((gate("ivan"), gate("bill")), (None, Some(Gate::Switch)));
}

//! Tests who may import tokens.

use counterfoil::import::{ForeignCredential, ImportOutcome};
use counterfoil::*;

use super::{importing, importing_with, live_tokens, tokens};
use crate::support::*;

#[test]
fn life_6_nobody_imports_a_token_with_more_rights_than_his_own_credential() {
    let mut policy = open_policy();
    policy.personal_access_tokens.made_by_administrators = true;
    let (world, bill) = (importing_with(policy), subject("bill"));
    let [scheme, _, row] = tokens()[0];
    let by = Presenter::from(
        &world.verify(world.scoped_pat("super", "one", "users:manage").token.expose_secret()).expect("a token"),
    );
    let all = [ForeignCredential::new(scheme, row, &bill, "Telegram")];
    let refused = block_on(world.handle.import_credentials(&by, &all));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::CredentialKind))), "a token makes nothing");
    let signed_in = world.presenter("admin");
    let refused = block_on(world.handle.import_credentials(&signed_in, &all));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Role { .. }))));
    let granted =
        block_on(world.handle.import_credentials(&world.presenter("super"), &all)).expect("as the policy says");
    assert!(matches!(granted[0], ImportOutcome::Imported { .. }));
}

#[test]
fn machine_3_a_super_administrator_imports_tokens_of_other_people_only_where_the_policy_allows_it() {
    let (world, bill, own) = (importing(), subject("bill"), subject("super"));
    let [[scheme, _, first], [other, _, second], ..] = tokens()[..] else { panic!("two tokens") };
    let by = world.presenter("super");
    let of = [ForeignCredential::new(scheme, first, &own, "own"), ForeignCredential::new(other, second, &bill, "his")];
    let refused = block_on(world.handle.import_credentials(&by, &of));
    assert!(matches!(refused, Err(ManageError::Conflict(Conflict::NotAllowed))), "{refused:?}");
    assert_eq!(live_tokens(&world, "super"), 0, "nothing is imported");
    block_on(world.handle.import_credentials(&by, &of[..1])).expect("an own token");
    block_on(world.handle.import_credentials(&Presenter::host(), &of[1..])).expect("the host");
}

//! Tests who may import tokens.

use counterfoil::import::ForeignCredential;
use counterfoil::*;

use super::{importing, tokens};
use crate::support::*;

#[test]
fn life_6_nobody_imports_a_token_with_more_rights_than_his_own_credential() {
    let (world, bill) = (importing(), subject("bill"));
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
    block_on(world.handle.import_credentials(&world.presenter("super"), &all)).expect("a super administrator");
}

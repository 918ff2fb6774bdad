//! Tests which presenters see security codes in the inventory, that a missing right is reported before an invalid
//! filter, and that an outage is an error. The table of operations tests the other rights.

use counterfoil::operations::{CredentialFilter, CredentialPage, NewAccess, Operation};
use counterfoil::types::TokenKind;
use counterfoil::{Forbidden, ManageError, Presenter, Role};

use super::*;

fn list(world: &World, by: &Presenter, filter: &CredentialFilter) -> Result<CredentialPage, ManageError> {
    block_on(world.handle.list_credentials(by, filter, None, limit(100)))
}

fn has_codes(page: Result<CredentialPage, ManageError>) -> bool {
    page.expect("a page").items.iter().any(|found| found.kind == TokenKind::SecurityCode)
}

#[test]
fn sight_2_security_codes_are_in_it_only_for_those_who_may_list_them() {
    let world = stocked();
    let code = world.code(NewAccess::SuperAdministrator).view.id;
    let (all, codes) = (CredentialFilter::default(), CredentialFilter::default().with_kind(TokenKind::SecurityCode));
    assert!(has_codes(list(&world, &world.presenter("super"), &all)));
    assert!(has_codes(list(&world, &Presenter::host(), &codes)));

    let admin = world.presenter("admin");
    assert!(!has_codes(list(&world, &admin, &all)));
    assert!(!has_codes(list(&world, &admin, &all.clone().with_owner(subject("ivan")))));
    let refused = list(&world, &admin, &codes);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Role { needed: Role::SuperAdministrator }))));
    assert!(matches!(block_on(world.handle.credential(&admin, &code)), Err(ManageError::NotFound)));
    assert!(block_on(world.handle.credential(&world.presenter("super"), &code)).is_ok());

    let narrow = world.as_signed_in_with("super", "users:manage");
    assert!(!has_codes(list(&world, &narrow, &all)));
    let refused = list(&world, &narrow, &codes);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Scope { scope: "codes:manage" }))));
    assert!(matches!(block_on(world.handle.credential(&narrow, &code)), Err(ManageError::NotFound)));
}

#[test]
fn sight_2_a_missing_right_is_told_before_a_mistake_in_the_filter() {
    let world = stocked();
    let wrong = CredentialFilter::default().with_label("");
    assert!(matches!(list(&world, &world.presenter("ivan"), &wrong), Err(ManageError::Forbidden(_))));
    assert!(matches!(list(&world, &world.presenter("admin"), &wrong), Err(ManageError::Invalid(_))));
    let asked = |who: &str| block_on(world.handle.authorize(&world.presenter(who), Operation::ListCredentials));
    assert!(asked("admin").is_ok() && matches!(asked("ivan"), Err(ManageError::Forbidden(_))));
}

#[test]
fn sight_2_an_outage_is_not_an_empty_page() {
    let service = counterfoil::testing::service();
    service.faults().on("list", counterfoil::testing::Failure::NotExecuted);
    let by = Presenter::host();
    let filter = CredentialFilter::default();
    let failed = block_on(service.counterfoil().list_credentials(&by, &filter, None, limit(1)));
    assert!(matches!(failed, Err(ManageError::Unavailable(_))), "{failed:?}");
    service.faults().on("get", counterfoil::testing::Failure::NotExecuted);
    let failed = block_on(service.counterfoil().credential(&by, &RecordId::from_bytes([1; 16])));
    assert!(matches!(failed, Err(ManageError::Unavailable(_))), "{failed:?}");
}

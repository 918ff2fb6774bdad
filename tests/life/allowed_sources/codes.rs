//! Tests one change of several fields of a security code.

use counterfoil::event::{Action, EventKind};
use counterfoil::operations::{CodeUpdate, NewAccess};
use counterfoil::*;

use super::{networks, office, restricted_access};
use crate::support::*;

/// Changes the code as `by`. Returns the outcome and the actions in the emitted events.
fn changed(
    world: &World,
    by: &Presenter,
    code: &IssuedCredential,
    change: &CodeUpdate<'_>,
) -> (Result<CredentialView, ManageError>, Vec<Action>) {
    world.take_events();
    let outcome = block_on(world.handle.update_security_code(by, &code.view.id, change));
    let action = |event| if let EventKind::Changed { action, .. } = event { Some(action) } else { None };
    (outcome, world.take_events().into_iter().filter_map(action).collect())
}

#[test]
fn sight_6_a_refused_field_of_a_codes_change_changes_nothing() {
    let world = world();
    let code = world.code(NewAccess::SuperAdministrator);
    let sue = world.presenter("super");
    let office_first = CodeUpdate::default().with_allowed_sources(office());
    changed(&world, &sue, &code, &office_first).0.expect("restricted");
    let before = block_on(world.handle.security_code(&sue, &code.view.id)).expect("shown");
    let later = world.now().plus_capped(days(20));
    let wider = CodeUpdate::default().with_expires_at(later).with_allowed_sources(None);
    let narrower = CodeUpdate::default().with_allowed_sources(networks(["192.0.2.7"]));
    let long = "x".repeat(501);
    for (by, change) in [
        (restricted_access(&world, "super"), wider.clone()),
        (restricted_access(&world, "super"), wider.with_expires_at(world.now().plus_capped(micro()))),
        (sue.clone(), narrower.clone().with_expires_at(world.now())),
        (sue.clone(), narrower.with_expires_at(later).with_description(long.as_str())),
    ] {
        let (refused, told) = changed(&world, &by, &code, &change);
        refused.expect_err("one field is refused");
        let after = block_on(world.handle.security_code(&sue, &code.view.id)).expect("shown");
        assert_eq!((after.expires_at, after.allowed_sources), (before.expires_at, before.allowed_sources.clone()));
        assert_eq!(told, []);
    }
}

#[test]
fn sight_6_a_code_is_restricted_before_it_lives_longer_and_widened_after_it_lives_shorter() {
    let world = world();
    let code = world.code(NewAccess::SuperAdministrator);
    let sue = world.presenter("super");
    let in_days = |count| CodeUpdate::default().with_expires_at(world.now().plus_capped(days(count)));
    let longer = in_days(20).with_allowed_sources(office()).with_description("text");
    let (done, told) = changed(&world, &sue, &code, &longer);
    assert_eq!(done.expect("changed").description.as_deref(), Some("text"));
    assert_eq!(told, [Action::Edited, Action::SourcesNarrowed, Action::ExpirySet]);
    let (done, told) = changed(&world, &sue, &code, &in_days(2).with_allowed_sources(None));
    let view = done.expect("changed");
    assert_eq!((view.expires_at, view.allowed_sources), (in_days(2).expires_at, None));
    assert_eq!(told, [Action::ExpirySet, Action::SourcesWidened]);
    block_on(world.handle.make_security_code_permanent(&sue, &code.view.id)).expect("permanent");
    let (done, told) = changed(&world, &sue, &code, &in_days(2).with_allowed_sources(office()));
    done.expect("changed");
    assert_eq!(told, [Action::ExpirySet, Action::SourcesNarrowed], "a permanent code lives shorter");
}

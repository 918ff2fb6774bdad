//! Tests that the label and the description of a personal access token can be changed at any time (requirement LIFE 1).

use counterfoil::event::{Action, EventKind};
use counterfoil::operations::{Overlap, TokenUpdate};
use counterfoil::*;

use crate::support::*;

fn update(world: &World, token: &IssuedCredential, change: &TokenUpdate<'_>) -> Result<CredentialView, ManageError> {
    block_on(world.handle.update_personal_access_token(&world.presenter("ivan"), &token.view.id, change))
}

fn described(text: &str) -> TokenUpdate<'_> {
    TokenUpdate::default().with_description(text)
}

#[test]
fn life_1_a_label_and_a_description_are_set_in_one_step() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    assert_eq!(token.view.description, None);
    world.take_events();
    let view = update(&world, &token, &relabelled("two").with_description("for the build server")).expect("changed");
    assert_eq!((view.label.as_str(), view.description.as_deref()), ("two", Some("for the build server")));
    assert_eq!(world.take_events(), [EventKind::Changed { id: token.view.id, action: Action::Edited }]);
    world.pat("ivan", "three");
    let both = relabelled("three").with_description("x");
    assert!(matches!(update(&world, &token, &both), Err(ManageError::Conflict(Conflict::LabelTaken))));
    let there = block_on(world.handle.personal_access_token(&world.presenter("ivan"), &token.view.id)).expect("shown");
    assert_eq!(there.description.as_deref(), Some("for the build server"), "neither was written");
}

#[test]
fn life_1_an_empty_change_writes_nothing() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    world.take_events();
    assert_eq!(update(&world, &token, &TokenUpdate::default()).expect("unchanged").label, "one");
    assert!(world.take_events().is_empty());
}

#[test]
fn life_1_a_description_has_at_most_500_characters_and_names_its_field() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    let long = "x".repeat(501);
    let refused = update(&world, &token, &described(&long));
    let Err(ManageError::Invalid(refused)) = refused else { panic!("{refused:?}") };
    assert_eq!(refused.field(), "description");
    assert!(update(&world, &token, &described(&long[..500])).is_ok());
    let cleared = update(&world, &token, &described("")).expect("cleared");
    assert!(cleared.description.unwrap_or_default().is_empty());
}

#[test]
fn life_1_a_token_is_described_when_it_is_made_and_keeps_it_over_a_rotation_and_its_expiry() {
    let world = synergy();
    let by = world.presenter("ivan");
    let new = NewPersonalAccessToken::for_days("one", 1).with_description("for the build server");
    let token = block_on(world.handle.create_personal_access_token(&by, &new)).expect("made");
    assert_eq!(token.view.description.as_deref(), Some("for the build server"));
    let next = block_on(world.handle.rotate_personal_access_token(&by, &token.view.id, Overlap::Immediate));
    let next = next.expect("rotated");
    assert_eq!(next.view.description.as_deref(), Some("for the build server"));
    world.pass(days(1));
    let view = update(&world, &next, &relabelled("two").with_description("expired")).expect("still kept");
    assert_eq!((view.label.as_str(), view.description.as_deref()), ("two", Some("expired")));
    world.pat("ivan", "one");
    assert!(matches!(update(&world, &token, &described("x")), Err(ManageError::Conflict(Conflict::Replaced))));
    world.pass(days(30));
    assert!(matches!(update(&world, &next, &described("x")), Err(ManageError::NotFound)));
}

#[test]
fn life_1_a_description_is_part_of_a_forms_id() {
    let world = synergy();
    let by = world.presenter("ivan");
    let form = token::OnceKey::new(&types::RecordId::from_bytes([7; 16]), &[1; 16]);
    let make = |text: Option<&'static str>| {
        let new = NewPersonalAccessToken::for_days("one", 1).with_description(text);
        block_on(world.handle.once(form).create_personal_access_token(&by, &new))
    };
    make(Some("a")).expect("made");
    assert!(matches!(make(Some("a")), Err(ManageError::Conflict(Conflict::DoneAlready))));
    for other in [Some("b"), None] {
        assert!(matches!(make(other), Err(ManageError::Conflict(Conflict::FormUsed))));
    }
}

#[test]
fn life_1_administrators_describe_the_tokens_of_service_accounts() {
    let world = world();
    let admin = world.presenter("admin");
    let new = service_account::NewServiceAccount::new("build", Role::Member);
    let account = block_on(world.handle.create_service_account(&admin, &new)).expect("made");
    let new = NewPersonalAccessToken::new("runner", Lifetime::Days(1));
    let token = block_on(world.handle.create_service_token(&admin, &account.id, &new)).expect("made");
    let change = relabelled("deployer").with_description("text");
    let change = |by: &Presenter| block_on(world.handle.update_service_token(by, &account.id, &token.view.id, &change));
    let view = change(&admin).expect("changed");
    assert_eq!((view.label.as_str(), view.description.as_deref()), ("deployer", Some("text")));
    let member = change(&world.presenter("ivan"));
    assert!(matches!(member, Err(ManageError::Forbidden(Forbidden::Role { .. }))), "{member:?}");
    let itself = change(&world.as_token(token.token.expose_secret()));
    assert!(matches!(itself, Err(ManageError::Forbidden(Forbidden::CredentialKind))), "{itself:?}");
}

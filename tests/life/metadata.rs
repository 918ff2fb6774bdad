//! Tests the metadata that the host attaches to a credential (requirement SIGHT 5).

use counterfoil::event::{Action, EventKind};
use counterfoil::operations::{NewAccess, NewSecurityCode, Overlap, SignIn};
use counterfoil::types::{Metadata, RecordId};
use counterfoil::*;

use crate::support::*;

fn metadata(text: &str) -> Metadata {
    text.parse().expect("metadata")
}

fn ticket() -> Metadata {
    metadata(r#"{"ticket":4711}"#)
}

fn pat_with(world: &World, metadata: Metadata) -> IssuedCredential {
    let new = NewPersonalAccessToken::new("pat", Lifetime::Days(30)).with_metadata(metadata);
    block_on(world.handle.create_personal_access_token(&world.presenter("ivan"), &new)).expect("a token")
}

fn update(world: &World, by: &Presenter, id: &RecordId, new: Option<&Metadata>) -> Result<CredentialView, ManageError> {
    block_on(world.handle.update_metadata(by, id, new))
}

#[test]
fn sight_5_a_verification_returns_the_metadata_of_the_creation() {
    let world = world();
    let pat = pat_with(&world, ticket());
    assert_eq!(pat.view.metadata, Some(ticket()));
    let code = NewSecurityCode::new(NewAccess::SuperAdministrator).with_metadata(ticket());
    let code = block_on(world.handle.create_security_code(&world.presenter("super"), &code)).expect("a code");
    let (client, ivan) = (client_id("rotating"), subject("ivan"));
    let sign_in = SignIn::new(&client, &ivan).with_metadata(ticket());
    let granted = block_on(world.handle.open_sign_in(&sign_in)).expect("opened");
    for token in [pat.token.expose_secret(), code.token.expose_secret(), granted.access_token.expose_secret()] {
        assert_eq!(world.verify(token).expect("live").metadata(), Some(&ticket()));
    }
    let refreshed = world.refresh("rotating", granted.refresh_token.expect("refreshes").expose_secret());
    assert_eq!(world.verify(&refreshed.access()).expect("live").metadata(), Some(&ticket()), "kept by a rotation");
    let plain = world.pat("ivan", "plain");
    assert_eq!(world.verify(plain.token.expose_secret()).expect("live").metadata(), None);
}

#[test]
fn sight_5_1_024_bytes_are_kept_and_1_025_are_refused() {
    let text = |length: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(length - 8));
    let most = metadata(&text(1_024));
    assert_eq!(most.as_str().len(), 1_024);
    let world = world();
    let pat = pat_with(&world, most.clone());
    assert_eq!(world.verify(pat.token.expose_secret()).expect("live").metadata(), Some(&most));
    let refused = Invalid::from(text(1_025).parse::<Metadata>().expect_err("too long"));
    assert_eq!((refused.field(), refused.to_string().as_str()), ("metadata", "metadata must have at most 1024 bytes"));
}

#[test]
fn sight_5_the_host_changes_the_metadata_and_nothing_else_changes_with_them() {
    let world = world();
    let office = counterfoil::types::Networks::new(["192.0.2.0/24"]).expect("a block");
    let new = NewPersonalAccessToken::new("pat", Lifetime::Days(30)).with_allowed_sources(office.clone());
    let pat = block_on(world.handle.create_personal_access_token(&world.presenter("ivan"), &new)).expect("a token");
    let (id, host) = (pat.view.id, Presenter::host());
    world.take_events();
    let view = update(&world, &host, &id, Some(&ticket())).expect("changed");
    assert_eq!((view.metadata, view.allowed_sources), (Some(ticket()), Some(office.clone())));
    assert_eq!(world.take_events(), [EventKind::Changed { id, action: Action::MetadataSet }]);
    update(&world, &host, &id, Some(&ticket())).expect("the same");
    assert_eq!(world.take_events(), []);
    let view = update(&world, &host, &id, None).expect("removed");
    assert_eq!((view.metadata, view.allowed_sources), (None, Some(office)));
    for by in ["ivan", "admin"] {
        let refused = update(&world, &world.presenter(by), &id, Some(&ticket())).expect_err("neither is the host");
        assert!(matches!(refused, ManageError::Forbidden(Forbidden::Role { .. })), "{by}: {refused:?}");
    }
}

#[test]
fn sight_5_only_the_newest_of_a_family_takes_metadata() {
    let world = world();
    let (old, host) = (pat_with(&world, ticket()), Presenter::host());
    let ivan = world.presenter("ivan");
    let new = block_on(world.handle.rotate_personal_access_token(&ivan, &old.view.id, Overlap::For(hours(1))));
    let new = new.expect("rotated");
    assert_eq!(new.view.metadata, Some(ticket()), "a rotation keeps the metadata");
    let replaced = update(&world, &host, &old.view.id, None);
    assert!(matches!(replaced, Err(ManageError::Conflict(Conflict::Replaced))), "{replaced:?}");
    let (client, bill) = (client_id("rotating"), subject("bill"));
    let granted = block_on(world.handle.open_sign_in(&SignIn::new(&client, &bill))).expect("opened");
    let access = update(&world, &host, &granted.access_id, Some(&ticket()));
    assert!(matches!(access, Err(ManageError::Conflict(Conflict::Replaced))), "{access:?}");
    let unknown = update(&world, &host, &RecordId::from_bytes([9; 16]), None);
    assert!(matches!(unknown, Err(ManageError::NotFound)), "{unknown:?}");
}

#[test]
fn sight_5_administrators_see_the_metadata() {
    let world = world();
    let pat = pat_with(&world, ticket());
    let admin = world.presenter("admin");
    let one = block_on(world.handle.credential(&admin, &pat.view.id)).expect("shown");
    let filter = operations::CredentialFilter::default();
    let all = block_on(world.handle.list_credentials(&admin, &filter, None, limit(9))).expect("listed");
    assert_eq!((one.metadata, all.items[0].metadata.clone()), (Some(ticket()), Some(ticket())));
}

#[test]
fn sight_5_a_session_keeps_its_metadata_when_the_password_is_entered_again() {
    let world = world();
    let (password, source) = (Secret::from("ivan".to_owned()), source_of(Some("192.0.2.1")));
    let login = directory::Login::new("ivan", &password);
    let old = block_on(world.handle.open_session(&login, &source)).expect("opened");
    update(&world, &Presenter::host(), &old.principal.credential_id(), Some(&ticket())).expect("changed");
    let signed_in = block_on(world.handle.verify_session(old.token.expose_secret())).expect("live");
    let new = block_on(world.handle.reauthenticate(&signed_in, &login, &source)).expect("proved");
    assert_eq!(new.principal.metadata(), Some(&ticket()));
    let verified = block_on(world.handle.verify_session(new.token.expose_secret())).expect("live");
    assert_eq!(verified.metadata(), Some(&ticket()));
    block_on(world.handle.verify_session(old.token.expose_secret())).expect_err("replaced");
}

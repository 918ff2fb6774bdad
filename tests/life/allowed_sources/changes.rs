//! Tests who may change the allowed sources of a credential, and how.

use std::time::Duration;

use counterfoil::client::NewClient;
use counterfoil::event::{Action, EventKind};
use counterfoil::operations::{NewAccess, NewSecurityCode, Overlap, SignIn};
use counterfoil::*;

use super::{INSIDE, at, networks, office, restricted_access, restricted_pat, session, set, works_at};
use crate::support::*;

/// Returns the events about changed credentials that were emitted since the last call.
fn changes(world: &World) -> Vec<EventKind> {
    world.take_events().into_iter().filter(|event| matches!(event, EventKind::Changed { .. })).collect()
}

#[test]
fn sight_6_relaxing_the_list_needs_fresh_proof_and_narrowing_does_not() {
    let world = world();
    let token = restricted_pat(&world, "pat");
    let (id, text) = (token.view.id, token.token.expose_secret());
    let stale = session(&world, "ivan");
    world.pass(minutes(10));
    let fresh = session(&world, "ivan");
    let (wide, narrow) = (networks(["192.0.2.0/23"]), networks(["192.0.2.0/25"]));
    let other = networks(["192.0.2.0/25", "203.0.113.0/24"]);
    for wider in [None, Some(&wide), Some(&other)] {
        let refused = set(&world, &stale, &id, wider).expect_err("the password must be proved again");
        assert!(matches!(refused, ManageError::Forbidden(Forbidden::StaleSession)), "{refused:?}");
        assert!(!works_at(&world, text, "203.0.113.1"));
    }
    world.take_events();
    let view = set(&world, &stale, &id, Some(&narrow)).expect("narrower");
    assert_eq!(view.allowed_sources, Some(narrow.clone()));
    assert_eq!(changes(&world), [EventKind::Changed { id, action: Action::SourcesNarrowed }]);
    assert!(works_at(&world, text, "192.0.2.127") && !works_at(&world, text, "192.0.2.128"));
    set(&world, &stale, &id, Some(&narrow)).expect("the same list");
    assert_eq!(changes(&world), [], "nothing has changed");
    set(&world, &stale, &id, Some(&office())).expect_err("back again is wider");
    set(&world, &fresh, &id, Some(&other)).expect("proved");
    assert_eq!(changes(&world), [EventKind::Changed { id, action: Action::SourcesWidened }]);
    assert!(works_at(&world, text, "203.0.113.1"));
    assert_eq!(set(&world, &fresh, &id, None).expect("proved").allowed_sources, None);
    assert!(world.works(text), "from anywhere, and from an unknown source");
    set(&world, &stale, &id, Some(&office())).expect("a first list is narrower");
    let inside = at(INSIDE);
    let own = block_on(world.handle.from_source(&inside).verify(text)).expect("inside");
    let refused = set(&world, &Presenter::from(&own), &id, Some(&narrow)).expect_err("a token changes no list");
    assert!(matches!(refused, ManageError::Forbidden(Forbidden::CredentialKind)), "{refused:?}");
}

#[test]
fn sight_6_only_the_owners_newest_token_can_be_changed() {
    let world = world();
    let old = restricted_pat(&world, "pat");
    let ivan = world.presenter("ivan");
    let bills = set(&world, &world.presenter("bill"), &old.view.id, None);
    assert!(matches!(bills, Err(ManageError::NotFound)), "{bills:?}");
    let rotated = world.handle.rotate_personal_access_token(&ivan, &old.view.id, Overlap::For(hours(1)));
    let new = block_on(rotated).expect("rotated");
    let replaced = set(&world, &ivan, &old.view.id, None);
    assert!(matches!(replaced, Err(ManageError::Conflict(Conflict::Replaced))), "{replaced:?}");
    set(&world, &ivan, &new.view.id, None).expect("the newest");
    assert!(world.works(old.token.expose_secret()) && world.works(new.token.expose_secret()), "both halves");
    world.delete("ivan", &new.view.id).expect("deleted");
    let deleted = set(&world, &ivan, &new.view.id, Some(&office()));
    assert!(matches!(deleted, Err(ManageError::NotFound)), "{deleted:?}");
}

#[test]
fn sight_6_a_restricted_presenter_makes_and_renews_nothing_that_works_elsewhere() {
    let world = world();
    let open = world.pat("admin", "open");
    let by = restricted_access(&world, "admin");
    let create = |new: &NewPersonalAccessToken<'_>| block_on(world.handle.create_personal_access_token(&by, new));
    let plain = NewPersonalAccessToken::new("plain", Lifetime::Days(1));
    let made = create(&plain).expect("inherits");
    assert_eq!(made.view.allowed_sources, Some(office()));
    let narrow = networks(["192.0.2.0/25"]);
    let made = create(&plain.clone().with_label("narrow").with_allowed_sources(narrow.clone())).expect("narrower");
    assert_eq!(made.view.allowed_sources, Some(narrow));
    for wider in ["192.0.2.0/23", "203.0.113.0/24", "::/0"] {
        let refused = create(&plain.clone().with_label("wide").with_allowed_sources(networks([wider])));
        assert!(matches!(refused, Err(ManageError::Invalid(Invalid::SourcesBeyond))), "{wider}: {refused:?}");
    }
    let outranked = |error: ManageError| matches!(error, ManageError::Forbidden(Forbidden::Outranked));
    let rotated = world.handle.rotate_personal_access_token(&by, &open.view.id, Overlap::Immediate);
    assert!(outranked(block_on(rotated).expect_err("the new token would work everywhere")));
    let exists = operations::Operation::RotateToken(Some(&open.view.id));
    assert!(outranked(block_on(world.handle.authorize(&by, exists)).expect_err("and is told before the body")));
    assert!(outranked(set(&world, &by, &made.view.id, None).expect_err("wider than the presenter's")));
    set(&world, &by, &made.view.id, Some(&office())).expect("within the presenter's");
    set(&world, &by, &open.view.id, Some(&networks(["203.0.113.0/24"]))).expect("narrower than before");
    let client = world.handle.create_client(&by, NewClient::named("made"));
    assert!(outranked(block_on(client).expect_err("a client's secret works everywhere")));
    let rotating = client_id("rotating");
    let secret = world.handle.rotate_client_secret(&by, &rotating, Duration::ZERO);
    assert!(outranked(block_on(secret).expect_err("so does a new one")));
    let by = restricted_access(&world, "super");
    let code = NewSecurityCode::new(NewAccess::SuperAdministrator);
    let code = block_on(world.handle.create_security_code(&by, &code)).expect("inherits");
    assert_eq!(code.view.allowed_sources, Some(office()));
    let unbound = world.code(NewAccess::SuperAdministrator);
    let reset = world.handle.reset_security_code(&by, &unbound.view.id);
    assert!(outranked(block_on(reset).expect_err("a renewed code would work everywhere")));
}

#[test]
fn sight_6_the_presenters_list_is_the_one_of_now() {
    let world = world();
    let (client, ivan) = (client_id("rotating"), subject("ivan"));
    let sign_in = SignIn::new(&client, &ivan).with_allowed_sources(office());
    let granted = block_on(world.handle.open_sign_in(&sign_in)).expect("opened");
    let inside = at(INSIDE);
    let principal = block_on(world.handle.from_source(&inside).verify(granted.access_token.expose_secret()));
    let by = Presenter::from(&principal.expect("inside"));
    world.pass(days(100));
    let _purged = block_on(world.handle.purge(limit(1_000))).expect("purged");
    assert!(!world.is_stored(&granted.access_id));
    let made = block_on(world.handle.create_personal_access_token(&by, &NewPersonalAccessToken::for_days("late", 1)));
    assert!(matches!(made, Err(ManageError::Forbidden(Forbidden::Outranked))), "{made:?}");
}

//! Tests that a bearer token is accepted only from its allowed sources.

use counterfoil::event::EventKind;
use counterfoil::http_auth::Refusal;
use counterfoil::operations::{NewAccess, NewSecurityCode, Overlap, SignIn};
use counterfoil::service_account::NewServiceAccount;
use counterfoil::types::Source;
use counterfoil::*;

use super::{INSIDE, OUTSIDE, at, elsewhere, office, refusal, restricted_pat, works_at};
use crate::support::*;

#[test]
fn sight_6_every_bearer_token_is_refused_elsewhere_and_told_to_the_host_alone() {
    let world = world();
    let pat = restricted_pat(&world, "pat");
    let code = NewSecurityCode::new(NewAccess::SuperAdministrator).with_allowed_sources(office());
    let code = block_on(world.handle.create_security_code(&world.presenter("super"), &code)).expect("a code");
    let account = NewServiceAccount::new("build", Role::Member);
    let account = block_on(world.handle.create_service_account(&Presenter::host(), &account)).expect("an account");
    let new = NewPersonalAccessToken::new("machine", Lifetime::Days(1)).with_allowed_sources(office());
    let machine = block_on(world.handle.create_service_token(&Presenter::host(), &account.id, &new)).expect("a token");
    let (client, ivan) = (client_id("rotating"), subject("ivan"));
    let sign_in = SignIn::new(&client, &ivan).with_allowed_sources(office());
    let access = block_on(world.handle.open_sign_in(&sign_in)).expect("opened").access_token;
    for issued in [&pat, &code, &machine] {
        assert_eq!(issued.view.allowed_sources, Some(office()));
    }
    let tokens = [&pat, &code, &machine].map(|issued| issued.token.expose_secret());
    for token in tokens.into_iter().chain([access.expose_secret()]) {
        world.take_events();
        for source in elsewhere() {
            let refused = block_on(world.handle.from_source(&source).verify(token)).expect_err("elsewhere");
            let unknown = block_on(world.handle.from_source(&source).verify("cfp_none")).expect_err("no token");
            assert_eq!(refused.public(), unknown.public(), "the caller is not told why");
            let events: Vec<_> = world.sink.take();
            assert!(matches!(events[0].kind, EventKind::Refused { id: Some(_), reason: Refusal::SourceNotAllowed }));
            assert_eq!((events[0].source.as_ref(), events.len()), (source.name(), 2));
        }
        assert_eq!(world.reason(token), Refusal::SourceNotAllowed, "verify knows no source");
        for source in [INSIDE, "192.0.2.0", "192.0.2.255:443", "::ffff:192.0.2.7"] {
            assert!(works_at(&world, token, source), "{source}");
        }
    }
}

#[test]
fn sight_6_a_header_from_elsewhere_gets_the_bytes_of_any_refusal() {
    let world = world();
    let token = restricted_pat(&world, "pat");
    let header = format!("Bearer {}", token.token.expose_secret());
    let challenge = |header: &str, source: &Source| {
        let challenge = block_on(world.handle.authenticate([header.as_bytes()], source)).expect_err("refused");
        (challenge.status(), challenge.www_authenticate(), challenge.retry_after())
    };
    let unknown = challenge("Bearer cfp_none", &at(INSIDE));
    for source in elsewhere() {
        assert_eq!(challenge(&header, &source), unknown);
    }
    assert!(block_on(world.handle.authenticate([header.as_bytes()], &at(INSIDE))).is_ok());
}

#[test]
fn sight_6_a_policy_that_keeps_no_sources_still_checks_them() {
    let mut policy = open_policy();
    policy.events.sources = false;
    let world = bare_world(policy);
    let token = restricted_pat(&world, "pat");
    assert!(works_at(&world, token.token.expose_secret(), INSIDE));
    assert!(!works_at(&world, token.token.expose_secret(), OUTSIDE));
    let inside = at(INSIDE);
    let principal = block_on(world.handle.from_source(&inside).verify(token.token.expose_secret())).expect("inside");
    assert_eq!(principal.source(), None);
}

#[test]
fn sight_6_a_refused_use_counts_nowhere_and_ends_no_overlap() {
    let world = world();
    let old = restricted_pat(&world, "pat");
    let ivan = world.presenter("ivan");
    let new = block_on(world.handle.rotate_personal_access_token(&ivan, &old.view.id, Overlap::UntilFirstUse));
    let new = new.expect("rotated");
    assert_eq!(new.view.allowed_sources, Some(office()), "a rotation keeps the list");
    let (old, fresh) = (old.token.expose_secret(), new.token.expose_secret());
    assert_eq!(refusal(&world, fresh, &at(OUTSIDE)), Some(Refusal::SourceNotAllowed));
    assert_eq!(refusal(&world, old, &at(OUTSIDE)), Some(Refusal::SourceNotAllowed), "both halves have the list");
    let seen = block_on(world.handle.personal_access_token(&ivan, &new.view.id)).expect("listed");
    assert_eq!(seen.last_used_at, None);
    assert!(works_at(&world, old, INSIDE), "the overlap has not ended");
    assert!(works_at(&world, fresh, INSIDE) && !works_at(&world, old, INSIDE), "the first use ended it");
}

//! Tests the sessions of the console (requirements ALL KINDS 3 and SYN-TOKEN 12).

use std::time::Duration;

use crate::support::*;
use counterfoil::directory::Login;
use counterfoil::event::EventKind;
use counterfoil::http_auth::Refusal;
use counterfoil::operations::{LoginError, OpenedSession};
use counterfoil::policy::Policy;
use counterfoil::types::TokenKind;
use counterfoil::{Denied, Presenter, Principal, Role, Secret};

fn sign_in(world: &World, name: &str, password: &str) -> Result<OpenedSession, LoginError> {
    let password = Secret::from(password.to_owned());
    let login = Login::new(name, &password);
    block_on(world.handle.open_session(&login, &source_of(Some("192.0.2.1"))))
}

fn verify(world: &World, session: &OpenedSession) -> Result<Principal, Refusal> {
    match block_on(world.handle.verify_session(session.token.expose_secret())) {
        Ok(principal) => Ok(principal),
        Err(Denied::Refused(refusal)) => Err(refusal),
        Err(Denied::Unavailable(unavailable)) => panic!("{unavailable}"),
    }
}

#[test]
fn a_session_signs_in_and_may_manage_as_its_owner() {
    let world = bare_world(Policy::default());
    let session = sign_in(&world, "admin", "admin").expect("the right password");
    let principal = verify(&world, &session).expect("live");
    assert_eq!((principal.kind(), principal.role()), (TokenKind::ConsoleSession, Role::Administrator));
    assert_eq!(principal.authenticated_at(), session.principal.authenticated_at());
    assert!(principal.authenticated_at().is_some());
    assert!(block_on(world.handle.settings(&Presenter::from(&principal))).is_ok());
    let by_host =
        block_on(world.handle.open_session_for(&counterfoil::Account::new(subject("ivan"), "ivan", Role::Member)));
    assert!(verify(&world, &by_host.expect("enabled")).is_ok());
}

#[test]
fn all_kinds_3_a_session_is_no_bearer_token_and_a_bearer_token_no_session() {
    let world = bare_world(Policy::default());
    let session = sign_in(&world, "ivan", "ivan").expect("the right password");
    let as_bearer = block_on(world.handle.verify(session.token.expose_secret()));
    assert!(matches!(as_bearer, Err(Denied::Refused(Refusal::WrongKind { .. }))));
    for text in ["", "cfk_1", "cfp_1"] {
        let answer = block_on(world.handle.verify_session(text));
        assert!(matches!(answer, Err(Denied::Refused(Refusal::Malformed))));
    }
}

#[test]
fn a_session_ends_after_its_idle_time_and_use_keeps_it_alive_up_to_its_absolute_life() {
    let world = bare_world(Policy::default());
    let session = sign_in(&world, "ivan", "ivan").expect("the right password");
    let idle = sign_in(&world, "ivan", "ivan").expect("the right password");
    for _ in 0..24 {
        world.pass(minutes(29));
        assert!(verify(&world, &session).is_ok(), "used in time");
    }
    assert!(matches!(verify(&world, &idle), Err(Refusal::Expired { .. })), "never used");
    let end = session.principal.authenticated_at().expect("a session").plus_capped(hours(12));
    world.clock.set(just_before(end));
    assert_eq!(verify(&world, &session).expect("live").expires_at(), Some(end), "the absolute life is not passed");
    world.clock.set(end);
    assert!(verify(&world, &session).is_err(), "at the end, not after it");
}

#[test]
fn a_session_slides_at_most_once_a_minute_and_ends_exactly_at_its_expiry() {
    let world = bare_world(Policy::default());
    let session = sign_in(&world, "ivan", "ivan").expect("the right password");
    let first = session.principal.expires_at().expect("it ends");
    world.pass(Duration::from_secs(59));
    assert_eq!(verify(&world, &session).expect("live").expires_at(), Some(first), "no write yet");
    world.pass(Duration::from_secs(1));
    let slid = verify(&world, &session).expect("live").expires_at().expect("it ends");
    assert_eq!(slid, first.plus_capped(minutes(1)));
    world.clock.set(just_before(slid));
    assert!(verify(&world, &session).is_ok());
    let end = verify(&world, &session).expect("live").expires_at().expect("it ends");
    world.clock.set(end);
    assert!(matches!(verify(&world, &session), Err(Refusal::Expired { .. })));
}

#[test]
fn syn_token_3_an_unknown_name_and_a_wrong_password_are_alike_in_text_and_in_work() {
    let world = bare_world(Policy::default());
    let mut seen = Vec::new();
    for (name, password) in [("ivan", "wrong"), ("nobody", "wrong"), ("ivan", ""), ("nobody", "")] {
        let before = world.people.hashes();
        let error = sign_in(&world, name, password).expect_err("refused");
        seen.push((error.to_string(), format!("{error:?}"), world.people.hashes() - before));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
    assert!(matches!(world.take_events()[..], [EventKind::LoginRefused { .. }, ..]));
}

#[test]
fn syn_token_12_after_ten_failures_the_right_password_waits_and_then_works() {
    let world = bare_world(Policy::default());
    for _ in 0..10 {
        assert!(matches!(sign_in(&world, "IVAN", "wrong"), Err(LoginError::Refused)));
    }
    let Err(LoginError::SlowDown { until }) = sign_in(&world, "ivan", "ivan") else { panic!("it must wait") };
    assert!(sign_in(&world, "admin", "admin").is_ok(), "nobody else does");
    world.clock.set(until);
    for _ in 0..30 {
        assert!(sign_in(&world, "ivan", "ivan").is_ok(), "success is given back");
    }
}

#[test]
fn syn_token_11_a_disabled_owner_cannot_sign_in_and_is_signed_out() {
    let world = bare_world(Policy::default());
    let session = sign_in(&world, "ivan", "ivan").expect("the right password");
    world.people.set_disabled(&subject("ivan"), true);
    assert_eq!(verify(&world, &session).err(), Some(Refusal::AccountDisabled));
    assert!(matches!(sign_in(&world, "ivan", "ivan"), Err(LoginError::Refused)));
    let account = counterfoil::Account::new(subject("ivan"), "ivan", Role::Member).with_disabled(true);
    assert!(matches!(block_on(world.handle.open_session_for(&account)), Err(LoginError::Refused)));
}

#[test]
fn a_fresh_proof_replaces_the_session_and_nobody_elses_password_is_one() {
    let world = bare_world(Policy::default());
    let session = sign_in(&world, "ivan", "ivan").expect("the right password");
    let again = |principal: &Principal, name: &str| {
        let password = Secret::from(name.to_owned());
        let login = Login::new(name, &password);
        block_on(world.handle.reauthenticate(principal, &login, &source_of(Some("192.0.2.1"))))
    };
    world.pass(minutes(10));
    let principal = verify(&world, &session).expect("live");
    assert!(!world.handle.is_fresh(&principal));
    assert!(matches!(again(&principal, "admin"), Err(LoginError::Refused)));
    assert!(verify(&world, &session).is_ok(), "a refused proof ends nothing");
    let renewed = again(&principal, "ivan").expect("the right password");
    assert!(world.handle.is_fresh(&verify(&world, &renewed).expect("live")));
    assert!(matches!(verify(&world, &session), Err(Refusal::Revoked { .. })));
}

#[test]
fn signing_out_ends_the_session_at_once_and_twice_is_a_success() {
    let world = bare_world(Policy::default());
    let session = sign_in(&world, "ivan", "ivan").expect("the right password");
    let other = sign_in(&world, "ivan", "ivan").expect("the right password");
    for _ in 0..2 {
        assert!(matches!(block_on(world.handle.end_session(&session.principal)), Ok(())));
        assert!(matches!(verify(&world, &session), Err(Refusal::Revoked { .. })));
    }
    assert!(verify(&world, &other).is_ok());
    let revoked = world.take_events().into_iter().filter(|what| matches!(what, EventKind::Revoked { .. })).count();
    assert_eq!(revoked, 1);
}

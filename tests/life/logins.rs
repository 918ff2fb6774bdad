//! Tests checking a password without opening a session (requirement HOST 5).

use counterfoil::directory::Login;
use counterfoil::event::EventKind;
use counterfoil::operations::LoginError;
use counterfoil::types::Source;
use counterfoil::{Account, Principal, Secret};

use crate::support::*;

fn with<T>(name: &str, password: &str, test: impl FnOnce(&Login<'_>, &Source) -> T) -> T {
    let password = Secret::from(password.to_owned());
    let login = Login::new(name, &password);
    test(&login, &source_of(Some("192.0.2.1")))
}

fn check(world: &World, name: &str, password: &str) -> Result<Account, LoginError> {
    with(name, password, |login, source| block_on(world.handle.check_login(login, source)))
}

fn check_of(world: &World, whose: &Principal, name: &str, password: &str) -> Result<Account, LoginError> {
    with(name, password, |login, source| block_on(world.handle.check_login_of(whose, login, source)))
}

fn sign_in(world: &World, name: &str, password: &str) -> Result<Principal, LoginError> {
    with(name, password, |login, source| block_on(world.handle.open_session(login, source))).map(|it| it.principal)
}

#[test]
fn host_5_a_right_password_opens_nothing_and_a_wrong_one_looks_like_an_unknown_name() {
    let world = world();
    world.take_events();
    assert_eq!(check(&world, "IVAN", "ivan").expect("the right password").subject(), &subject("ivan"));
    let events = world.take_events();
    assert_eq!(events, [EventKind::LoginProved { subject: subject("ivan") }], "nothing was issued");
    let hashes = || world.people.hashes();
    for (name, password) in [("ivan", "wrong"), ("nobody", "ivan")] {
        let before = hashes();
        assert!(matches!(check(&world, name, password), Err(LoginError::Refused)), "{name}");
        assert_eq!(hashes() - before, 3, "the same work for {name}");
    }
    world.people.set_disabled(&subject("ivan"), true);
    assert!(matches!(check(&world, "ivan", "ivan"), Err(LoginError::Refused)));
}

#[test]
fn host_5_checks_and_sign_ins_are_throttled_together() {
    let world = world();
    let session = sign_in(&world, "ivan", "ivan").expect("the right password");
    for round in 0..10 {
        let refused = match round % 3 {
            0 => check(&world, "ivan", "wrong").err(),
            1 => check_of(&world, &session, "ivan", "wrong").err(),
            _ => sign_in(&world, "ivan", "wrong").err(),
        };
        assert!(matches!(refused, Some(LoginError::Refused)), "{round}: {refused:?}");
    }
    assert!(matches!(check(&world, "ivan", "ivan"), Err(LoginError::SlowDown { .. })), "the right one too");
    assert!(matches!(check_of(&world, &session, "ivan", "ivan"), Err(LoginError::SlowDown { .. })));
    assert!(matches!(sign_in(&world, "ivan", "ivan"), Err(LoginError::SlowDown { .. })));
    world.pass(hours(2));
    assert!(check(&world, "ivan", "ivan").is_ok());
}

#[test]
fn host_5_the_right_password_of_another_person_is_refused_and_counted() {
    let world = world();
    let session = sign_in(&world, "ivan", "ivan").expect("the right password");
    for _ in 0..10 {
        assert!(matches!(check_of(&world, &session, "helen", "helen"), Err(LoginError::Refused)));
    }
    assert!(matches!(check(&world, "helen", "helen"), Err(LoginError::SlowDown { .. })));
    assert!(check_of(&world, &session, "ivan", "ivan").is_ok());
}

#[test]
fn host_5_an_outage_is_neither_a_refusal_nor_a_failure() {
    let world = world();
    world.people.set_unavailable(true);
    for _ in 0..20 {
        assert!(matches!(check(&world, "ivan", "ivan"), Err(LoginError::Unavailable(_))));
    }
    world.people.set_unavailable(false);
    assert!(check(&world, "ivan", "ivan").is_ok());
}

//! Tests since when the credentials of an account are valid (requirement LIFE 2).

use std::sync::Arc;
use std::sync::atomic::Ordering;

use counterfoil::http_auth::Refusal;
use counterfoil::operations::{NewAccess, Overlap};
use counterfoil::*;

use super::inventory::counting::Counted;
use crate::support::*;

/// Sets since when the credentials of this person are valid.
fn since(world: &World, person: &str, at: Timestamp) {
    assert!(world.people.update(world.account(person).with_valid_since(at)));
}

/// Checks a credential of `person` that began at `began`. The credential must be accepted if `valid_since` is `began`,
/// shortly before `began`, or nine days before `began`. It must be refused if `valid_since` is shortly after `began`.
fn begins(world: &World, name: &str, person: &str, began: Timestamp, accepted: &dyn Fn() -> bool) {
    assert!(accepted(), "{name}: valid before the account has a valid_since");
    for (at, expected) in
        [(began.minus(micro()), true), (began, true), (began.plus_capped(micro()), false), (began.minus(days(9)), true)]
    {
        since(world, person, at);
        assert_eq!(accepted(), expected, "{name}: began at {began:?}, valid since {at:?}");
    }
}

#[test]
fn life_2_each_kind_of_credential_is_valid_from_exactly_its_beginning() {
    let world = world();
    let began = world.now();
    let token = world.pat("ivan", "ci");
    let acting = world.code(NewAccess::SameAsUser("ivan"));
    let code = world.code(NewAccess::SuperAdministrator);
    let session = block_on(world.handle.open_session_for(&world.account("ivan"))).expect("opened");
    let sign_in = world.log_in("rotating", "true");
    world.pass(minutes(5));
    begins(&world, "token", "ivan", began, &|| world.works(token.token.expose_secret()));
    begins(&world, "code with a person's rights", "ivan", began, &|| world.works(acting.token.expose_secret()));
    begins(&world, "code with its creator's rights", "super", began, &|| world.works(code.token.expose_secret()));
    begins(&world, "session", "ivan", began, &|| {
        block_on(world.handle.verify_session(session.token.expose_secret())).is_ok()
    });
    begins(&world, "access token", "bill", began, &|| world.works(&sign_in.access()));
    begins(&world, "introspection", "bill", began, &|| {
        world.introspect("machine", &sign_in.access()).body != r#"{"active":false}"#
    });
}

#[test]
fn life_2_a_refresh_token_is_valid_from_exactly_when_its_sign_in_was_opened() {
    let world = world();
    let began = world.now();
    let mut last = world.log_in("rotating", "true").refresh();
    for (at, expected) in [(began.minus(micro()), 200), (began, 200), (began.plus_capped(micro()), 400)] {
        world.pass(minutes(5));
        since(&world, "bill", at);
        let reply = world.refresh("rotating", &last);
        assert_eq!(reply.status, expected, "{}", reply.body);
        if expected == 200 {
            last = reply.refresh();
        }
    }
    since(&world, "bill", began);
    assert_eq!(world.refresh("rotating", &last).status, 200, "the refused refresh used nothing up");
}

#[test]
fn life_2_a_rotated_token_goes_by_its_new_secret_and_an_extended_one_by_its_first() {
    let world = world();
    let old = world.pat("ivan", "rotated");
    let ivan = world.presenter("ivan");
    world.pass(minutes(5));
    let rotated = world.now();
    let how = Overlap::For(hours(1));
    let new = block_on(world.handle.rotate_personal_access_token(&ivan, &old.view.id, how)).expect("rotated");
    world.pass(minutes(5));
    begins(&world, "new secret", "ivan", rotated, &|| world.works(new.token.expose_secret()));
    since(&world, "ivan", start());
    assert!(world.works(old.token.expose_secret()), "within its overlap");
    since(&world, "ivan", start().plus_capped(micro()));
    assert!(!world.works(old.token.expose_secret()) && world.works(new.token.expose_secret()));

    let mut policy = open_policy();
    policy.personal_access_tokens.extendable = true;
    let world = world_with(policy, |builder| builder);
    let token = world.pat("ivan", "extended");
    world.pass(minutes(5));
    let ivan = world.presenter("ivan");
    let to = Lifetime::Days(90);
    block_on(world.handle.extend_personal_access_token(&ivan, &token.view.id, to)).expect("extended");
    begins(&world, "extended", "ivan", start(), &|| world.works(token.token.expose_secret()));
}

#[test]
fn life_2_the_check_takes_no_read_of_its_own() {
    let counted = Arc::new(Counted::default());
    let world = world_on(open_policy(), counted.inner.clone(), |builder| builder.token_store(counted.clone()));
    let token = world.pat("ivan", "ci");
    let reads = || {
        counted.gets.store(0, Ordering::SeqCst);
        assert!(world.works(token.token.expose_secret()));
        counted.gets.swap(0, Ordering::SeqCst)
    };
    let without = reads();
    since(&world, "ivan", start());
    assert_eq!(reads(), without);
    since(&world, "ivan", start().plus_capped(micro()));
    counted.gets.store(0, Ordering::SeqCst);
    assert!(matches!(world.reason(token.token.expose_secret()), Refusal::BeforeValidSince { .. }));
    assert_eq!(counted.gets.load(Ordering::SeqCst), without);
}

//! Tests the verification of every kind of credential: where it is accepted, what the host and the caller learn if it
//! is refused, and what happens in an outage (requirements ALL KINDS and AO-CODE 2). Also tests key rings, the
//! detection of reuse, and the rights of security codes.

use std::sync::Arc;
use std::time::Duration;

use counterfoil::event::{EventKind, Limit};
use counterfoil::http_auth::{PublicRefusal, Refusal};
use counterfoil::operations::{NewAccess, NewSecurityCode, Overlap};
use counterfoil::testing::{Faults, FaultyStore};
use counterfoil::types::{RevocationReason, TokenKind};
use counterfoil::*;

use crate::support::*;

#[test]
fn all_kinds_3_one_kind_where_another_is_expected_fails() {
    let world = world();
    let reply = world.log_in("rotating", "true");
    let kind = TokenKind::RefreshToken;
    assert_eq!(world.reason(&reply.refresh()), Refusal::WrongKind { kind }, "a refresh token is no bearer token");
    assert_eq!(world.refresh("rotating", &reply.access()).error(), (400, "invalid_grant".into()));
    let token = world.pat("bill", "ci");
    assert_eq!(world.refresh("rotating", token.token.expose_secret()).status, 400);
    // The kind is part of the input of the digest, so the same letters with the prefix of another kind are not
    // accepted.
    let forged = token.token.expose_secret().replacen("cfp_", "cfs_", 1);
    assert_eq!(world.reason(&forged), Refusal::WrongSecret);
    let secret = world.client_secret("rotating");
    assert_eq!(world.reason(secret), Refusal::WrongKind { kind: TokenKind::ClientSecret });
}

#[test]
fn all_kinds_3_refusals_look_alike_to_the_caller_and_say_the_truth_to_the_host() {
    let world = world();
    let (live, dead) = (world.pat("bill", "live"), world.create("bill", "dead", 1).expect("a token"));
    let text = live.token.expose_secret();
    let mut wrong = text.to_owned();
    wrong.replace_range(30..31, if &text[30..31] == "A" { "B" } else { "A" });
    let revoked = world.pat("bill", "revoked");
    world.delete("bill", &revoked.view.id).expect("deleted");
    world.pass(days(1));
    world.take_events();
    let cases = [
        (wrong.as_str(), Refusal::Malformed),
        ("", Refusal::Malformed),
        (dead.token.expose_secret(), Refusal::Expired { at: dead.view.expires_at.expect("an end") }),
        (revoked.token.expose_secret(), Refusal::Revoked { at: start(), reason: RevocationReason::ByOwner }),
    ];
    for (token, reason) in cases {
        let denied = world.verify(token).expect_err("refused");
        assert_eq!(denied.public(), Some(PublicRefusal::InvalidToken));
        assert_eq!(denied.to_string(), "credential was refused");
        let events = world.take_events();
        assert!(matches!(events[..], [EventKind::Refused { reason: actual, .. }] if actual == reason), "{events:?}");
    }
}

#[test]
fn all_kinds_5_an_outage_is_unavailable_and_never_a_refusal() {
    let world = world();
    let token = world.pat("bill", "ci");
    world.people.set_unavailable(true);
    assert!(matches!(world.verify(token.token.expose_secret()), Err(Denied::Unavailable(_))));
    let reply = world.token("rotating", &[("grant_type", "password"), ("username", "ivan"), ("password", "ivan")]);
    assert_eq!(reply.error(), (503, "temporarily_unavailable".into()));
    world.people.set_unavailable(false);
    assert!(world.works(token.token.expose_secret()));
}

#[test]
fn all_kinds_2_a_digest_does_not_fit_in_another_realm() {
    let here = world();
    let token = here.pat("bill", "ci");
    let realm = Realm::new("tenant-b").expect("a realm");
    let there = here.elsewhere(|builder| builder.realm(realm.clone()));
    let denied = block_on(there.handle.verify(token.token.expose_secret()));
    assert!(matches!(denied, Err(Denied::Refused(Refusal::WrongRealm))));
    let by = here.presenter("bill").in_realm(&realm);
    let page =
        block_on(there.handle.list_personal_access_tokens(&by, None, std::num::NonZeroU32::MAX)).expect("a page");
    assert!(page.items.is_empty(), "listings never cross a realm");
}

#[test]
fn all_kinds_2_a_key_ring_is_rolled_over_off_the_hot_path() {
    let world = world();
    let token = world.pat("bill", "ci");
    let ring = ring();
    let newer = ring.with_new_key(&testing::SeededEntropy::new(7)).expect("a ring");
    let (old, new) = (ring.newest(), newer.newest());
    let roll = |ring: KeyRing| world.elsewhere(|builder| builder.key_ring(ring)).handle;
    let rolled = roll(newer);
    assert!(block_on(rolled.may_drop_key(old)).is_err(), "a key in use is not dropped");
    block_on(rolled.verify(token.token.expose_secret())).expect("verified under the old key");
    world.take_events();
    let _ = block_on(rolled.flush());
    assert_eq!(world.take_events(), [EventKind::Rekeyed { id: token.view.id, key: new }]);
    block_on(rolled.verify(token.token.expose_secret())).expect("verified under the new key");
    let only_new =
        ring.with_new_key(&testing::SeededEntropy::new(7)).expect("a ring").without(old).expect("one is left");
    block_on(roll(only_new).verify(token.token.expose_secret())).expect("the old key is not needed any more");
}

#[test]
fn all_kinds_7_the_injected_clock_decides_on_every_node() {
    let world = world();
    let token = world.create("bill", "ci", 1).expect("a token");
    let late = Arc::new(testing::ManualClock::at(token.view.expires_at.expect("an end")));
    let there = world.elsewhere(|builder| builder.clock(late));
    assert!(world.works(token.token.expose_secret()));
    assert!(!there.works(token.token.expose_secret()));
}

#[test]
fn all_kinds_7_generations_and_not_times_give_order() {
    let mut policy = open_policy();
    policy.refresh_tokens.grace = Duration::ZERO;
    policy.access_tokens.max_live_per_family = None;
    let world = world_with(policy, |builder| builder);
    let mut tokens = vec![world.log_in("rotating", "true").refresh()];
    for i in 0..100 {
        let next = world.refresh("rotating", &tokens[i]);
        assert_eq!(next.status, 200, "within one tick of the clock: {}", next.body);
        tokens.push(next.refresh());
    }
    assert_eq!(world.refresh("rotating", &tokens[99]).status, 400, "any earlier one is a replay");
    assert_eq!(world.refresh("rotating", &tokens[100]).status, 400, "and ends the family");
}

#[test]
fn all_kinds_7_a_clock_that_cannot_be_told_denies() {
    let world = world();
    let token = world.pat("bill", "ci");
    world.clock.set(Timestamp::MAX);
    assert!(!world.works(token.token.expose_secret()));
    assert!(matches!(world.create("bill", "more", 1), Err(ManageError::Unavailable(Unavailable::Clock))));
    let reply = world.token("rotating", &[("grant_type", "password"), ("username", "ivan"), ("password", "ivan")]);
    assert_eq!(reply.status, 503);
}

#[test]
fn fault_a4_the_oldest_generation_kills_the_family_whatever_was_rotated_and_purged_between() {
    let mut policy = open_policy();
    policy.refresh_tokens.rotations_per_day = std::num::NonZeroU32::new(5_000).expect("not zero");
    let world = world_with(policy, |builder| builder);
    let first = world.log_in("rotating", "true").refresh();
    let mut newest = first.clone();
    for turn in 0..1_100 {
        newest = world.refresh("rotating", &newest).refresh();
        if turn % 100 == 0 {
            world.pass(minutes(11));
            while block_on(world.handle.purge(std::num::NonZeroU32::MAX)).expect("purged").more {}
        }
    }
    assert_eq!(world.refresh("rotating", &first).status, 400, "the owner's token, a thousand generations old");
    let after = world.refresh("rotating", &newest);
    assert_eq!(after.status, 400, "the family has ended: {}", after.body);
}

#[test]
fn fault_a4_rotations_of_a_day_are_limited_and_replays_are_judged_first() {
    let world = world();
    let mut tokens = vec![world.log_in("rotating", "true").refresh()];
    for turn in 0..600 {
        if turn % 50 == 0 {
            world.pass(minutes(11));
        }
        tokens.push(world.refresh("rotating", &tokens[turn]).refresh());
    }
    let slowed = world.refresh("rotating", &tokens[600]);
    assert_eq!((slowed.status, slowed.text("error")), (429, "slow_down".to_owned()), "{}", slowed.body);
    let limited = |what: &EventKind| matches!(what, EventKind::LimitReached { limit: Limit::RotationsPerDay(_), .. });
    assert!(world.take_events().iter().any(limited));
    let retried = world.refresh("rotating", &tokens[599]);
    assert_eq!((retried.status, retried.refresh()), (200, tokens[600].clone()), "a retry is not slowed");
    world.pass(hours(22));
    assert_eq!(world.refresh("rotating", &tokens[600]).status, 200, "a day after the first the pace has room");
    assert_eq!(world.refresh("rotating", &tokens[3]).status, 400, "a replay is judged, not slowed");
    assert_eq!(world.refresh("rotating", &tokens[600]).status, 400, "and ends the family");
}

#[test]
fn all_kinds_6_a_purge_keeps_what_reuse_detection_needs() {
    let world = world();
    let first = world.log_in("rotating", "true");
    let second = world.refresh("rotating", &first.refresh());
    let third = world.refresh("rotating", &second.refresh());
    world.pass(hours(1));
    while block_on(world.handle.purge(std::num::NonZeroU32::MIN)).expect("purged").more {}
    assert_eq!(world.refresh("rotating", &first.refresh()).status, 400);
    assert_eq!(world.refresh("rotating", &third.refresh()).status, 400, "a shrunk generation still kills the family");
}

#[test]
fn ao_code_1_only_super_administrators_make_codes() {
    let world = world();
    for (who, fits) in [("bill", false), ("carol", false), ("admin", false), ("super", true)] {
        let new = NewSecurityCode::new(NewAccess::SuperAdministrator);
        let made = block_on(world.handle.create_security_code(&world.presenter(who), &new));
        assert_eq!(made.is_ok(), fits, "{who}");
    }
}

#[test]
fn ao_code_2_a_super_administrator_code_names_its_creator_and_falls_with_the_role() {
    let world = world();
    let code = world.code(NewAccess::SuperAdministrator);
    let principal = world.verify(code.token.expose_secret()).expect("it works");
    assert_eq!((principal.role(), principal.kind()), (Role::SuperAdministrator, TokenKind::SecurityCode));
    assert_eq!((principal.subject(), principal.actor()), (&subject("super"), Some(&subject("super"))));
    world.people.set_role(&subject("super"), Role::Administrator);
    assert_eq!(world.reason(code.token.expose_secret()), Refusal::CreatorLostRole);
    world.people.set_role(&subject("super"), Role::SuperAdministrator);
    assert!(world.works(code.token.expose_secret()));
}

#[test]
fn ao_code_2_a_same_as_user_code_is_limited_to_a_member_for_ever() {
    let world = world();
    let code = world.code(NewAccess::SameAsUser("ADMIN"));
    let principal = world.verify(code.token.expose_secret()).expect("it works");
    assert_eq!((principal.subject(), principal.actor()), (&subject("admin"), Some(&subject("super"))));
    assert_eq!(principal.role(), Role::Member);
    world.people.set_role(&subject("admin"), Role::SuperAdministrator);
    assert_eq!(world.verify(code.token.expose_secret()).expect("it works").role(), Role::Member);
    world.people.set_role(&subject("super"), Role::Member);
    assert!(world.works(code.token.expose_secret()), "its creator's role does not matter");
    world.people.set_disabled(&subject("admin"), true);
    assert_eq!(world.reason(code.token.expose_secret()), Refusal::AccountDisabled);
    let new = NewSecurityCode::new(NewAccess::SameAsUser("nobody"));
    world.people.set_role(&subject("super"), Role::SuperAdministrator);
    let made = block_on(world.handle.create_security_code(&world.presenter("super"), &new));
    assert!(matches!(made, Err(ManageError::Invalid(Invalid::User))));
}

#[test]
fn ao_code_3_a_code_lives_24_hours() {
    let world = world();
    let code = world.code(NewAccess::SuperAdministrator);
    assert_eq!(code.view.expires_at, start().plus(hours(24)));
    world.clock.set(just_before(after_start(hours(24))));
    assert!(world.works(code.token.expose_secret()));
    world.pass(micro());
    assert!(!world.works(code.token.expose_secret()));
}

#[test]
fn all_kinds_9_a_code_makes_no_credential() {
    let world = world();
    let code = world.code(NewAccess::SuperAdministrator);
    let by = Presenter::from(&world.verify(code.token.expose_secret()).expect("it works"));
    let new = NewSecurityCode::new(NewAccess::SuperAdministrator);
    let made = block_on(world.handle.create_security_code(&by, &new));
    assert!(matches!(made, Err(ManageError::Forbidden(Forbidden::CredentialKind))));
    block_on(world.handle.delete_security_code(&by, &code.view.id)).expect("it may delete");
    assert!(!world.works(code.token.expose_secret()));
}

#[test]
fn one_verification_asks_the_store_once_and_only_the_first_of_a_handed_over_token_asks_for_its_parent() {
    let world = world();
    let access = world.refresh("rotating", &world.log_in("rotating", "true").refresh()).access();
    let old = world.pat("ivan", "handed over");
    let by = world.presenter("ivan");
    let new = block_on(world.handle.rotate_personal_access_token(&by, &old.view.id, Overlap::UntilFirstUse))
        .expect("rotated");
    let faults = Faults::default();
    let store = Arc::new(FaultyStore::new(world.store.clone(), faults.clone()));
    let counted = world.elsewhere(|builder| builder.token_store(store)).handle;
    let asked = |token: &str| {
        let before = faults.calls();
        block_on(counted.verify(token)).expect("verified");
        faults.calls() - before
    };
    assert_eq!(asked(&access), 1, "an access token's parent is the refresh token, which has no half to be ended");
    // Three calls of the store: the token is read, the parent is read, and the parent's overlap is ended.
    assert_eq!(asked(new.token.expose_secret()), 3);
    assert_eq!(asked(new.token.expose_secret()), 1);
}

#[test]
fn sight_4_a_handler_sees_the_claims_and_the_hosts_own_value() {
    #[derive(Debug)]
    struct Row(&'static str);

    let world = world();
    let row = Arc::new(Row("a secret column"));
    let account = world.account("ivan").with_claim("plan", "pro").with_extension(Arc::clone(&row));
    assert!(world.people.update(account));
    let principal = world.verify(world.pat("ivan", "one").token.expose_secret()).expect("verified");
    assert_eq!(principal.claims().collect::<Vec<_>>(), [("plan", "pro")]);
    assert_eq!(principal.extension::<Row>().map(|row| row.0), Some("a secret column"));
    assert!(principal.extension::<String>().is_none(), "of another type");
    assert!(!format!("{principal:?}").contains("a secret column"));
    let session = block_on(world.handle.open_session_for(&world.account("ivan"))).expect("opened");
    assert!(session.principal.extension::<Row>().is_some(), "of a session too");
    // A new verification returns the value that the directory has now, also for an existing session.
    assert!(world.people.update(world.account("ivan").with_extension(Arc::new(Row("another")))));
    let principal = block_on(world.handle.verify_session(session.token.expose_secret())).expect("verified");
    assert_eq!(principal.extension::<Row>().map(|row| row.0), Some("another"));
}

#[test]
fn sight_4_the_claims_are_those_of_the_account_whose_rights_the_credential_has() {
    let world = world();
    for id in ["ivan", "bill", "super"] {
        assert!(world.people.update(world.account(id).with_claim("plan", id).with_extension(Arc::new(id))));
    }
    let sign_in = world.log_in("rotating", "true");
    let acting = world.code(NewAccess::SameAsUser("ivan"));
    let own = world.code(NewAccess::SuperAdministrator);
    for (kind, token, expected) in [
        ("access token", &sign_in.access(), "bill"),
        ("code with a person's rights", &acting.token.expose_secret().to_owned(), "ivan"),
        ("code with its creator's rights", &own.token.expose_secret().to_owned(), "super"),
    ] {
        let principal = world.verify(token).expect("verified");
        assert_eq!(principal.claims().collect::<Vec<_>>(), [("plan", expected)], "{kind}");
        assert_eq!(principal.extension::<&str>().copied(), Some(expected), "{kind}");
    }
    let new = service_account::NewServiceAccount::new("build", Role::Member);
    let account = block_on(world.handle.create_service_account(&world.presenter("admin"), &new)).expect("made");
    let new = NewPersonalAccessToken::for_days("runner", 1);
    let token = block_on(world.handle.create_service_token(&Presenter::host(), &account.id, &new)).expect("made");
    let principal = world.verify(token.token.expose_secret()).expect("verified");
    assert_eq!(principal.claims().count(), 0, "the directory has no account for it");
    assert!(principal.extension::<&str>().is_none());
}

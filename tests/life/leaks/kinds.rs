//! Tests what a report does to a credential of each kind, and to a text that is not a credential of the service. Also
//! tests the maximum number of texts in a call.

use counterfoil::event::{Actor, LeakState};
use counterfoil::http_auth::Refusal;
use counterfoil::operations::LeakOutcome;
use counterfoil::types::{RevocationReason, TokenKind};
use counterfoil::*;

use super::*;

#[test]
fn life_5_a_leaked_token_ends_and_its_owner_is_told_once() {
    let world = world();
    let (leaked, other) = (world.pat("ivan", "ci"), world.pat("ivan", "backup"));
    let text = leaked.token.expose_secret();
    world.take_events();
    let outcome = LeakOutcome::Ended { kind: TokenKind::PersonalAccessToken, id: leaked.view.id };
    assert_eq!(report_one(&world, text), outcome);
    let events = world.sink.take();
    assert!(events.iter().all(|event| event.by == Actor::Host), "{events:?}");
    let owner = subject("ivan").into();
    let kind = TokenKind::PersonalAccessToken;
    let (id, state) = (leaked.view.id, LeakState::Ended);
    assert_eq!(events.last().expect("an event").kind, EventKind::LeakReported { kind, id, owner, state });
    assert!(matches!(world.reason(text), Refusal::Revoked { reason: RevocationReason::Leaked, .. }));
    assert!(world.works(other.token.expose_secret()));
    let again = LeakOutcome::AlreadyEnded { kind, id };
    assert_eq!(report(&world, &[text, text]), [again, again]);
    assert_eq!(run(&world), [ENDED]);
    assert_eq!(report_one(&world, text), again);
    assert!(run(&world).is_empty(), "told once");
}

#[test]
fn life_5_any_token_of_a_sign_in_ends_it_and_gives_one_notice() {
    let world = world();
    let (by_access, by_refresh, other) = (granted(&world, "ivan"), granted(&world, "ivan"), granted(&world, "ivan"));
    for (leaked, texts) in [
        (&by_access, [by_access.access_token.expose_secret(), refresh_of(&by_access)]),
        (&by_refresh, [refresh_of(&by_refresh), by_refresh.access_token.expose_secret()]),
    ] {
        let states: Vec<_> = report(&world, &texts).into_iter().map(state).collect();
        assert_eq!(states, [Some(LeakState::Ended), Some(LeakState::AlreadyEnded)]);
        assert!(!world.works(leaked.access_token.expose_secret()));
        assert_eq!(world.refresh("rotating", refresh_of(leaked)).error().0, 400);
        assert_eq!(run(&world), [ENDED], "one for the sign-in");
    }
    assert!(world.works(other.access_token.expose_secret()));
}

#[test]
fn life_5_a_leaked_cookie_ends_the_console_session() {
    let world = world();
    let (leaked, other) = (session(&world, "ivan"), session(&world, "ivan"));
    let lives = |of: &OpenedSession| block_on(world.handle.verify_session(of.token.expose_secret())).is_ok();
    assert_eq!(state(report_one(&world, leaked.token.expose_secret())), Some(LeakState::Ended));
    assert!(!lives(&leaked) && lives(&other));
    assert_eq!(run(&world), [ENDED]);
}

#[test]
fn life_5_a_wrong_secret_an_unknown_id_another_realm_and_garbage_are_not_ours_and_give_no_event() {
    let world = world();
    let other = world.elsewhere(|builder| builder.realm(Realm::new("other").expect("a realm")));
    let new = NewPersonalAccessToken::new("ci", Lifetime::Days(30));
    let there = world.presenter("ivan").in_realm(other.handle.realm());
    let foreign = block_on(other.handle.create_personal_access_token(&there, &new)).expect("a token");
    let own = world.pat("ivan", "ci");
    let (one, two) = (own.token.expose_secret(), foreign.token.expose_secret());
    world.take_events();
    let texts =
        ["", " ", "cfp_", "hunter2", two, "cfp_0000000000000000000000000000000000000000000000000000000000000000000"];
    assert_eq!(report(&world, &texts), [LeakOutcome::NotOurs; 6]);
    assert!(told(&world).is_empty());
    assert!(world.works(one) && other.works(two));
    assert_eq!(state(report_one(&other, two)), Some(LeakState::Ended));
    assert!(world.works(one));
}

#[test]
fn life_5_blanks_around_a_text_are_ignored() {
    let world = world();
    let text = format!("\t {}\r\n", world.pat("ivan", "ci").token.expose_secret());
    assert_eq!(state(report_one(&world, &text)), Some(LeakState::Ended));
}

#[test]
fn life_5_a_suspended_token_ends_and_an_expired_or_deleted_one_has_ended() {
    let world = world();
    let [suspended, expired, deleted] = ["a", "b", "c"].map(|label| world.create("ivan", label, 1).expect("a token"));
    world.delete("ivan", &deleted.view.id).expect("deleted");
    world.allow_tokens(false);
    assert!(matches!(world.reason(suspended.token.expose_secret()), Refusal::GateClosed { .. }));
    assert_eq!(state(report_one(&world, suspended.token.expose_secret())), Some(LeakState::Ended));
    assert_eq!(state(report_one(&world, deleted.token.expose_secret())), Some(LeakState::AlreadyEnded));
    world.pass(days(1) - std::time::Duration::from_micros(1));
    let almost = world.create("bill", "d", 1);
    assert!(almost.is_err(), "the gate is closed");
    world.pass(std::time::Duration::from_micros(1));
    assert_eq!(state(report_one(&world, expired.token.expose_secret())), Some(LeakState::AlreadyEnded));
    world.pass(days(30));
    assert_eq!(report_one(&world, expired.token.expose_secret()), LeakOutcome::NotOurs, "past its retention");
    assert_eq!(report_one(&world, deleted.token.expose_secret()), LeakOutcome::NotOurs, "past its tombstone");
}

#[test]
fn life_5_a_token_that_a_lower_ceiling_expires_ends_because_the_ceiling_may_rise_again() {
    let mut policy = open_policy();
    policy.personal_access_tokens.existing = counterfoil::policy::Existing::Clamp;
    let world = world_with(policy, |builder| builder);
    let token = world.pat("ivan", "ci");
    world.set_number(counterfoil::settings::SettingName::PatMaxDays, 1);
    world.pass(days(2));
    assert!(matches!(world.reason(token.token.expose_secret()), Refusal::Expired { .. }));
    assert_eq!(state(report_one(&world, token.token.expose_secret())), Some(LeakState::Ended));
}

#[test]
fn life_5_a_call_takes_a_thousand_texts_and_refuses_one_more() {
    let world = world();
    let token = world.pat("ivan", "ci");
    let mut texts = vec!["hunter2"; 1_000];
    texts[999] = token.token.expose_secret();
    let mut more = texts.clone();
    more.push("hunter2");
    let refused = block_on(world.handle.report_leaked(&more)).expect_err("too many");
    assert!(matches!(&refused, ManageError::Invalid(invalid) if invalid.field() == "texts"), "{refused:?}");
    assert!(refused.to_string().contains("1000"), "{refused}");
    assert!(world.works(texts[999]), "nothing was looked up");
    let outcomes = report(&world, &texts);
    assert_eq!((outcomes.len(), state(outcomes[999])), (1_000, Some(LeakState::Ended)));
    assert!(block_on(world.handle.report_leaked::<&str>(&[])).expect("none").is_empty());
}

#[test]
fn life_5_an_imported_token_is_found_by_the_other_systems_text() {
    use counterfoil::import::{ForeignCredential, Sanctum};
    let world = bare_world(open_policy());
    let world = world.elsewhere(|builder| builder.alias_store(world.store.clone()).import(Sanctum));
    let (text, row) = (
        "1|VSwn9FCqLFivSUGJKMukhq7kcrnXDK8h6JQmleJX97994aca",
        "dc47cfc2d4371e9477781b5b4a2fef7771750864cfb7bb22870f37a63f86b62a",
    );
    let bill = subject("bill");
    let token = ForeignCredential::new("sanctum", row, &bill, "Telegram");
    block_on(world.handle.import_credentials(&Presenter::host(), &[token])).expect("imported");
    assert_eq!(report_one(&world, &text.replace('V', "W")), LeakOutcome::NotOurs);
    assert!(world.works(text));
    assert_eq!(state(report_one(&world, text)), Some(LeakState::Ended));
    assert!(!world.works(text));
    assert_eq!(run(&world), [ENDED]);
}

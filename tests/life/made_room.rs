//! Tests of events about sign-ins and sessions that were revoked to make room for a new one. In these tests, the
//! store's response to the insert of the new one is lost.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use counterfoil::event::EventKind;
use counterfoil::policy::{LiveCap, Policy};
use counterfoil::testing::{Failure, TestService, service_with};
use counterfoil::types::{FamilyId, TokenKind};

use crate::support::block_on;

/// Makes a service in which a person can have at most two sign-ins for each client and at most two sessions. Another
/// sign-in or session revokes the least recently used one.
fn of_two() -> TestService {
    let mut policy = Policy::open();
    let cap = NonZeroU32::new(2).map(|limit| LiveCap { limit, evict: true });
    (policy.refresh_tokens.live_per_owner_and_client, policy.console_sessions.live_per_owner) = (cap, cap);
    service_with(policy, |builder| builder)
}

fn sign_in(service: &TestService) -> FamilyId {
    service.clock().advance(Duration::from_secs(1));
    block_on(service.sign_in("ivan")).family
}

/// Makes the store execute the next insert and lose its response. If `failing` is `Some`, every call of this store
/// method fails.
fn lose_an_answer(service: &TestService, failing: Option<&'static str>) {
    let lost = AtomicBool::new(false);
    service.faults().plan(move |call| match call.method {
        "insert" => (!lost.swap(true, Ordering::SeqCst)).then_some(Failure::AnswerLost),
        method => (Some(method) == failing).then_some(Failure::NotExecuted),
    });
}

/// Returns the families of kind `of` that were revoked to make room, according to the events since the last call.
fn told(service: &TestService, of: TokenKind) -> Vec<FamilyId> {
    let family = |what| match what {
        EventKind::MadeRoom { kind, family, owner } if kind == of => {
            assert_eq!(owner.as_str(), "ivan");
            Some(family)
        }
        _ => None,
    };
    service.events().into_iter().filter_map(family).collect()
}

#[test]
fn fault_a13_the_sign_in_that_a_new_one_ended_is_told_though_the_stores_answer_was_lost() {
    let service = of_two();
    let first = sign_in(&service);
    lose_an_answer(&service, None);
    let second = sign_in(&service);
    assert_eq!(told(&service, TokenKind::RefreshToken), [], "there was room");
    sign_in(&service);
    assert_eq!(told(&service, TokenKind::RefreshToken), [first], "an answer that was not lost");
    lose_an_answer(&service, None);
    sign_in(&service);
    assert_eq!(told(&service, TokenKind::RefreshToken), [second], "that one alone, and once");
}

#[test]
fn fault_a13_the_session_that_a_new_one_ended_is_counted_though_the_stores_answer_was_lost() {
    let service = of_two();
    let ivan = service.account("ivan");
    let open = || {
        service.clock().advance(Duration::from_secs(1));
        block_on(service.open_session_for(&ivan)).expect("opened")
    };
    assert_eq!([open().ended, open().ended], [0, 0]);
    lose_an_answer(&service, None);
    assert_eq!((open().ended, told(&service, TokenKind::ConsoleSession).len()), (1, 1));
}

#[test]
fn fault_a13_a_sign_in_whose_answer_was_lost_succeeds_though_what_it_ended_cannot_be_read() {
    let service = of_two();
    sign_in(&service);
    sign_in(&service);
    lose_an_answer(&service, Some("list"));
    let granted = block_on(service.sign_in("ivan"));
    let failed = |what: &EventKind| matches!(what, EventKind::Failed { .. });
    let events = service.events();
    assert!(events.iter().any(failed), "{events:?}");
    service.faults().heal();
    assert!(block_on(service.verify(granted.access_token.expose_secret())).is_ok());
}

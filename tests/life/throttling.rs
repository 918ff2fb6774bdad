//! Tests that failed attempts at the endpoints and at sign-in are counted, and that successful attempts are not
//! (requirement SYN-TOKEN 12). The module `attempts` tests attempts in progress.

use std::num::NonZeroU32;
use std::time::Duration;

use counterfoil::Timestamp;
use counterfoil::event::{EventKind, Throttled};
use counterfoil::policy::Allowance;
use counterfoil::store::Throttle as _;

use crate::support::*;

#[test]
fn syn_token_12_failures_are_counted_by_account_and_source_and_successes_given_back() {
    let world = world();
    let try_from = |source: Option<&str>, password: &str| {
        let body = format!("grant_type=password&username=ivan&password={password}");
        world.raw(Endpoint::Token, &[world.basic("rotating").as_bytes()], FORM, body.as_bytes(), source)
    };
    for _ in 0..30 {
        assert_eq!(try_from(Some("a"), "ivan").status, 200, "successes are never counted");
    }
    for _ in 0..10 {
        assert_eq!(try_from(Some("a"), "wrong").status, 400);
    }
    let waiting = try_from(Some("a"), "ivan");
    assert_eq!(waiting.error(), (429, "slow_down".into()), "also a right password waits");
    assert_eq!(waiting.header("retry-after"), Some("60"));
    assert_eq!(try_from(Some("b"), "ivan").status, 200, "nobody is locked out from elsewhere");
    world.pass(minutes(1));
    assert_eq!(try_from(Some("a"), "ivan").status, 200);
}

#[test]
fn syn_token_12_an_outage_does_not_end_in_a_back_off() {
    let world = world();
    world.people.set_unavailable(true);
    let form = [("grant_type", "password"), ("username", "ivan"), ("password", "ivan")];
    for _ in 0..20 {
        assert_eq!(world.token("rotating", &form).status, 503);
    }
    world.people.set_unavailable(false);
    assert_eq!(world.token("rotating", &form).status, 200);
}

#[test]
fn syn_token_12_the_spelling_of_a_name_passes_no_limit_and_bearers_are_never_throttled() {
    let world = world();
    let names = ["AD\\bill.posters", "ad\\BILL.POSTERS", "Ad\\Bill.Posters"];
    let try_as = |name: &str| {
        world.token("rotating", &[("grant_type", "password"), ("username", name), ("password", "wrong")]).status
    };
    let statuses: Vec<u16> = (0..12).map(|i| try_as(names[i % 3])).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 10, "{statuses:?}");
    for _ in 0..50 {
        assert!(!world.works("cfp_wrong"));
    }
    assert!(world.works(world.pat("ivan", "ci").token.expose_secret()));
}

#[test]
fn syn_token_12_a_wrong_client_secret_is_counted_too() {
    let mut policy = open_policy();
    policy.throttle.client = policy.throttle.account;
    let world = world_with(policy, |builder| builder);
    let header = "Basic cm90YXRpbmc6d3Jvbmc=";
    let form = b"grant_type=password&username=ivan&password=ivan";
    let statuses: Vec<u16> =
        (0..11).map(|_| world.raw(Endpoint::Token, &[header.as_bytes()], FORM, form, Some("a")).status).collect();
    assert_eq!(statuses[..10], [401; 10]);
    assert_eq!(statuses[10], 429);
    let right = world.raw(Endpoint::Token, &[world.basic("rotating").as_bytes()], FORM, form, Some("b"));
    assert_eq!(right.status, 200, "from elsewhere the client goes on");
}

const PASSWORD: &[(&str, &str)] = &[("grant_type", "password"), ("username", "ivan"), ("password", "ivan")];

fn a_few(failures: u32) -> Allowance {
    Allowance::new(limit(failures), minutes(1))
}

/// Removes all stored counters of attempts, and returns their number.
fn counters(world: &World) -> u64 {
    block_on(world.store.purge_counters(Timestamp::MAX, NonZeroU32::MAX)).expect("available")
}

fn body(name: &str, password: &str) -> String {
    format!("grant_type=password&username={name}&password={password}")
}

#[test]
fn fault_b2_wrong_passwords_without_a_source_never_keep_the_right_one_out() {
    let world = world();
    let basic = world.basic("rotating");
    let try_without = |password: &str| {
        world.raw(Endpoint::Token, &[basic.as_bytes()], FORM, body("ivan", password).as_bytes(), None).status
    };
    world.take_events();
    for _ in 0..60 {
        for _ in 0..20 {
            assert_eq!(try_without("wrong"), 400);
        }
        assert_eq!(try_without("ivan"), 200, "the right password is never refused");
        world.pass(Duration::from_secs(1));
    }
    let pace = world.take_events().into_iter().filter_map(|what| match what {
        EventKind::FailuresWithoutSource { failures, since } => Some((failures, since.since(start()).as_secs())),
        EventKind::Throttled { .. } => panic!("nobody is throttled"),
        _ => None,
    });
    let expected: Vec<_> = (0..12).map(|hundred| (100, hundred * 5)).collect();
    assert_eq!(pace.collect::<Vec<_>>(), expected, "each hundred failures are told once, and since when");
    assert_eq!(counters(&world), 0, "nothing is counted");
}

#[test]
fn fault_b2_wrong_secrets_without_a_source_never_keep_the_right_one_out() {
    let world = world();
    let (basic, wrong) = (world.basic("rotating"), "Basic cm90YXRpbmc6d3Jvbmc=");
    for endpoint in [Endpoint::Token, Endpoint::Revoke, Endpoint::Introspect] {
        let send = |header: &str| {
            world.raw(endpoint, &[header.as_bytes()], FORM, b"grant_type=refresh_token&token=cfa_1", None).status
        };
        for _ in 0..150 {
            assert_eq!(send(wrong), 401);
        }
        assert_ne!(send(&basic), 401, "{endpoint:?}");
        assert_ne!(send(&basic), 429, "{endpoint:?}");
    }
    assert_eq!(counters(&world), 0);
}

#[test]
fn fault_b3_a_throttled_source_leaves_no_new_counters() {
    let mut policy = open_policy();
    policy.throttle.source = a_few(5);
    let world = world_with(policy, |builder| builder);
    let basic = world.basic("rotating");
    let send = |name: &str| {
        let body = body(name, "wrong");
        world.raw(Endpoint::Token, &[basic.as_bytes()], FORM, body.as_bytes(), Some("a")).status
    };
    let statuses: Vec<u16> = (0..3_005).map(|number| send(&format!("nobody{number}"))).collect();
    assert_eq!(statuses[..5], [400; 5]);
    assert!(statuses[5..].iter().all(|status| *status == 429));
    assert_eq!(counters(&world), 6, "five accounts and the source");
}

#[test]
fn fault_b3_a_throttled_account_or_client_leaves_no_new_counters() {
    let world = world();
    for number in 0..300 {
        let reply = world.token("rotating", &[("grant_type", "password"), ("username", "ivan"), ("password", "wrong")]);
        assert_eq!(reply.status, if number < 10 { 400 } else { 429 });
    }
    assert_eq!(counters(&world), 2, "the account and the source");
    for _ in 0..300 {
        assert_eq!(world.token("rotating", PASSWORD).status, 200, "and nothing is left of successes");
    }
    assert_eq!(counters(&world), 0);
}

#[test]
fn fault_b6_failures_of_one_sort_never_throttle_the_success_of_another() {
    let mut policy = open_policy();
    policy.throttle.source = a_few(5);
    let world = world_with(policy, |builder| builder);
    let (basic, form) = (world.basic("rotating"), "grant_type=password&username=ivan&password=ivan");
    let token = |header: Option<&str>, body: &str| {
        let headers: Vec<&[u8]> = header.iter().map(|header| header.as_bytes()).collect();
        world.raw(Endpoint::Token, &headers, FORM, body.as_bytes(), Some("a"))
    };
    let public = format!("{form}&client_id=public-app");
    let refresh = token(None, &public).refresh();
    for _ in 0..20 {
        token(Some("Basic cHVibGljLWFwcDp4"), form);
    }
    assert_eq!(token(Some("Basic cHVibGljLWFwcDp4"), form).status, 429, "secrets are throttled at this source");
    assert_eq!(token(Some(&basic), form).status, 429, "all of them");
    let refresh = format!("grant_type=refresh_token&refresh_token={refresh}&client_id=public-app");
    assert_eq!(token(None, &refresh).status, 200, "who brings no secret is not");
    assert_eq!(token(None, &public).status, 200, "nor are passwords");
    world.pass(minutes(1));
    for number in 0..20 {
        token(Some(&basic), &body(&format!("nobody{number}"), "wrong"));
    }
    assert_eq!(token(Some(&basic), form).status, 429, "passwords are throttled at this source");
    assert_eq!(world.introspect("rotating", "cfa_1").status, 200, "secrets elsewhere are not");
    let here = world.raw(Endpoint::Revoke, &[basic.as_bytes()], FORM, b"token=cfa_1", Some("a"));
    assert_eq!(here.status, 200, "nor are secrets here");
}

#[test]
fn fault_g9_a_clock_put_back_prolongs_no_wait() {
    let world = world();
    let now = world.now();
    for _ in 0..10 {
        world.token("rotating", &[("grant_type", "password"), ("username", "ivan"), ("password", "wrong")]);
    }
    world.clock.set(now.minus(hours(1)));
    let waits = world.token("rotating", PASSWORD);
    assert_eq!((waits.status, waits.header("retry-after")), (429, Some("60")));
    world.pass(Duration::from_secs(59));
    assert_eq!(world.token("rotating", PASSWORD).header("retry-after"), Some("1"));
    world.pass(Duration::from_secs(1));
    assert_eq!(world.token("rotating", PASSWORD).status, 200, "a window after the first look it is over");
}

#[test]
fn syn_token_12_an_event_says_what_was_counted() {
    let mut policy = open_policy();
    (policy.throttle.account, policy.throttle.client) = (a_few(1), a_few(2));
    let world = world_with(policy.clone(), |builder| builder);
    let counted_by = |world: &World| {
        let throttled = world.sink.take().into_iter().filter_map(|event| match (event.kind, event.source) {
            (EventKind::Throttled { counted, .. }, Some(source)) => Some((counted, source.as_str().to_owned())),
            _ => None,
        });
        throttled.collect::<Vec<_>>()
    };
    let secret = |world: &World| {
        let header = "Basic cm90YXRpbmc6d3Jvbmc=";
        world.raw(Endpoint::Revoke, &[header.as_bytes()], FORM, b"token=cfa_1", Some("10.0.0.1"));
    };
    let login = |world: &World, name: &str| {
        world.token("rotating", &[("grant_type", "password"), ("username", name), ("password", "wrong")]);
    };
    for _ in 0..2 {
        login(&world, "ivan");
        login(&world, "nobody");
    }
    (0..3).for_each(|_| secret(&world));
    let source = "10.0.0.1".to_owned();
    let wanted = [
        Throttled::Account { subject: Some(subject("ivan")) },
        Throttled::Account { subject: None },
        Throttled::Client { client: Some(client_id("rotating")) },
    ];
    assert_eq!(counted_by(&world), wanted.map(|counted| (counted, source.clone())));
    policy.throttle.source = a_few(1);
    let world = world_with(policy, |builder| builder);
    (0..2).for_each(|_| login(&world, "ivan"));
    (0..2).for_each(|_| secret(&world));
    assert_eq!(
        counted_by(&world),
        [Throttled::Logins, Throttled::ClientSecrets].map(|counted| (counted, source.clone()))
    );
}

//! Failures at the token endpoint are counted, successes given back (SYN-TOKEN 12).

use counterfoil::Span;

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
    world.pass(Span::minutes(1));
    assert_eq!(try_from(Some("a"), "ivan").status, 200);
    for _ in 0..10 {
        assert_eq!(try_from(None, "wrong").status, 400);
    }
    assert_eq!(try_from(None, "ivan").header("retry-after"), Some("5"), "without a source at most five seconds");
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

//! Tests how requests are authenticated by their `Authorization` header, and what a handler can require (requirements
//! HOST 1 and HOST 3).

use counterfoil::types::Source;
use counterfoil::{Challenge, ChallengeReason, Denied, Realm, Role};

use crate::support::*;

/// The parts of a challenge: the status, the name, `WWW-Authenticate` and `Retry-After`.
type AnswerParts = (u16, &'static str, Option<String>, Option<u64>);

fn parts_of(challenge: &Challenge) -> AnswerParts {
    (challenge.status(), challenge.name(), challenge.www_authenticate(), challenge.retry_after())
}

fn challenge(status: u16, name: &'static str, error: &str) -> AnswerParts {
    (status, name, Some(format!("Bearer realm=\"default\"{error}")), None)
}

fn ask(world: &World, headers: &[&str]) -> Result<counterfoil::Principal, Challenge> {
    let source: Source = "203.0.113.7".parse().expect("a source");
    block_on(world.handle.authenticate(headers.iter().map(|header| header.as_bytes()), &source))
}

#[test]
fn host_1_a_request_is_answered_as_rfc_6750_says() {
    let world = world();
    let token = world.pat("ivan", "one").token.expose_secret().to_owned();
    let bearer = format!("Bearer {token}");
    let none = || challenge(401, "unauthenticated", "");
    let malformed = || challenge(400, "invalid-request", ", error=\"invalid_request\"");
    let refused = || challenge(401, "invalid-token", ", error=\"invalid_token\"");
    for (headers, expected) in [
        (vec![], none()),
        (vec!["Basic YTpi"], none()),
        (vec![bearer.as_str(), bearer.as_str()], malformed()),
        (vec!["Basic YTpi", bearer.as_str()], malformed()),
        (vec![&format!("Bearer {token}, Bearer {token}")], malformed()),
        (vec!["Bearer"], malformed()),
        (vec!["Bearer a b"], malformed()),
        (vec!["Bearer x"], refused()),
        (vec![&format!("{bearer}x")], refused()),
    ] {
        let challenge = ask(&world, &headers).expect_err("refused");
        assert_eq!(parts_of(&challenge), expected, "{headers:?}");
        assert!(!challenge.to_string().contains(&token) && !format!("{challenge:?}").contains(&token));
    }
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let principal = ask(&world, &[&format!("{scheme} {token}")]).expect("verified");
        assert_eq!(principal.source().map(|source| source.as_str()), Some("203.0.113.7"));
    }
    world.delete("ivan", &world.verify(&token).expect("verified").credential_id()).expect("deleted");
    let challenge = ask(&world, &[&bearer]).expect_err("revoked");
    assert_eq!(parts_of(&challenge), refused(), "the caller is not told why");
    let ChallengeReason::Denied(denied) = challenge.reason() else { panic!("{challenge:?}") };
    assert!(matches!(**denied, Denied::Refused(counterfoil::http_auth::Refusal::Revoked { .. })), "{denied:?}");
}

#[test]
fn host_1_an_outage_is_503_with_a_wait_and_never_a_refusal() {
    let world = world();
    let bearer = format!("Bearer {}", world.pat("ivan", "one").token.expose_secret());
    world.people.set_unavailable(true);
    assert_eq!(parts_of(&ask(&world, &[&bearer]).expect_err("an outage")), (503, "unavailable", None, Some(2)));
    world.people.set_unavailable(false);
    assert!(ask(&world, &[&bearer]).is_ok());
}

#[test]
fn host_1_a_challenge_names_the_realm_as_a_quoted_string() {
    let realm = Realm::new(r#"a"b\c"#).expect("a realm");
    let expected = r#"Bearer realm="a\"b\\c""#;
    assert_eq!(Challenge::no_credential(&realm).www_authenticate().as_deref(), Some(expected));
}

#[test]
fn host_3_a_missing_scope_is_named_and_a_credential_without_a_scope_may_do_everything() {
    let world = world();
    let verified = |text: &str| world.verify(text).expect("verified");
    let all = verified(world.pat("ivan", "all").token.expose_secret());
    let some = verified(world.scoped_pat("ivan", "some", "demo:read demo:list").token.expose_secret());
    let missing = |scope: &str| {
        challenge(403, "insufficient-scope", &format!(", error=\"insufficient_scope\", scope=\"{scope}\""))
    };
    for scope in ["demo:read", "demo:list", "demo:list demo:read", " demo:read "] {
        assert!(some.require(scope).is_ok() && all.require(scope).is_ok(), "{scope}");
    }
    for (scope, named) in
        [("demo:write", "demo:write"), ("demo:write demo:read", "demo:read demo:write"), ("demo", "demo")]
    {
        assert_eq!(parts_of(&some.require(scope).expect_err("beyond")), missing(named), "{scope}");
        assert!(all.require(scope).is_ok(), "{scope}");
    }
    let unnamed = challenge(403, "insufficient-scope", ", error=\"insufficient_scope\"");
    for scope in ["", " ", "a\"b", "a\\b", "a\r\nb", "ж"] {
        assert_eq!(parts_of(&some.require(scope).expect_err("no scope")), unnamed, "{scope:?} is not said back");
    }
    assert!(some.require_any(&["demo:write", "demo:read"]).is_ok());
    assert_eq!(parts_of(&some.require_any(&["demo:write", "demo:admin"]).expect_err("neither")), missing("demo:write"));
    assert_eq!(parts_of(&some.require_any(&[]).expect_err("nothing")), unnamed);
    assert!(all.require_any(&[]).is_err(), "an empty list is never satisfied");
}

#[test]
fn host_3_a_role_that_is_too_low_is_403_without_a_challenge() {
    let world = world();
    let member = world.verify(world.pat("ivan", "one").token.expose_secret()).expect("verified");
    assert!(member.require_role(Role::Member).is_ok() && member.require_role(Role::Collaborator).is_ok());
    let challenge = member.require_role(Role::Administrator).expect_err("a member");
    assert_eq!(parts_of(&challenge), (403, "role", None, None));
    assert_eq!(std::error::Error::source(&challenge).expect("the reason").to_string(), "role administrator is needed");
}

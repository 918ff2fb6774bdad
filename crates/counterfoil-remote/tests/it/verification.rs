//! Tests which tokens a verifier accepts and until when, and the principals that handlers receive.

use axum::Router;
use axum::extract::Request;
use axum::routing::post;
use base64::Engine as _;
use counterfoil::client::{ClientId, Grant, NewClient};
use counterfoil::types::TokenKind;
use counterfoil::{Presenter, Role, Secret, Timestamp};
use counterfoil_remote::{Introspection, RemoteRefusal, VerifyError};
use std::time::Duration;

use crate::support::{SECRET, clock, foreign, microsecond, serve, serve_answer, start, world};

#[tokio::test]
async fn host_20_an_active_token_gives_subject_scope_kind_role_and_expiry() {
    let world = world().await;
    let issued = world.token("reader", Some("demo:read demo:list")).await;
    let verifier = world.verifier();
    let who = verifier.verify(issued.token.expose_secret()).await.expect("active");
    assert_eq!((who.subject().as_str(), who.name()), ("7", Some("ann")));
    assert_eq!((who.kind(), who.role()), (Some(TokenKind::PersonalAccessToken), Some(Role::Member)));
    assert_eq!((who.client_id(), who.actor()), (None, None));
    assert_eq!(who.scope().map(|scope| scope.as_str()), Some("demo:list demo:read"));
    assert_eq!(who.issued_at(), Some(start()));
    assert_eq!(who.expires_at(), Some(start().plus_capped(Duration::from_secs(86_400))));
    assert!(who.may("demo:read") && !who.may("demo:write") && !who.is_unrestricted());
    assert!(who.require("demo:read demo:list").is_ok());
    assert!(who.require_any(&["demo:write", "demo:list"]).is_ok());
    assert!(who.require_role(Role::Member).is_ok());
    assert_eq!(who.require_role(Role::Administrator).expect_err("a member").status(), 403);
}

#[tokio::test]
async fn host_20_a_missing_scope_is_the_challenge_of_the_core() {
    let world = world().await;
    let issued = world.token("reader", Some("demo:read")).await;
    let remote = world.verifier().verify(issued.token.expose_secret()).await.expect("active");
    let local = world.counterfoil.verify(issued.token.expose_secret()).await.expect("active");
    for scope in ["demo:read", "demo:write", "demo:read demo:write", "", " ", "a\"b"] {
        let told = |outcome: Result<(), counterfoil::Challenge>| {
            outcome.map_err(|challenge| (challenge.status(), challenge.name(), challenge.www_authenticate()))
        };
        assert_eq!(told(remote.require(scope)), told(local.require(scope)), "{scope:?}");
        assert_eq!(told(remote.require_any(&[scope])), told(local.require_any(&[scope])), "{scope:?}");
    }
    let told = |challenge: counterfoil::Challenge| (challenge.status(), challenge.name(), challenge.www_authenticate());
    let remote = remote.require_role(Role::Administrator).map_err(told);
    assert_eq!(remote, local.require_role(Role::Administrator).map_err(told));
}

#[tokio::test]
async fn host_20_an_access_token_names_its_client_and_a_refresh_token_is_refused() {
    let world = world().await;
    // A client may introspect its own refresh token. So the endpoint answers that this token is active, and the
    // verifier itself must refuse it.
    let grants = vec![Grant::Password, Grant::RefreshToken];
    let both = NewClient::named("Both").with_grants(grants);
    let both = both.with_id("both".parse::<ClientId>().unwrap()).with_resource_server(true);
    let secret = Secret::from(SECRET.to_owned());
    world.counterfoil.import_client(&Presenter::host(), both, &secret, false).await.expect("a client");
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("both:{}", encoded(SECRET)));
    let basic = format!("Basic {basic}");
    let header = [basic.as_bytes()];
    let body = b"grant_type=password&username=ann&password=a+password";
    let request = counterfoil::oauth::OAuthRequest::new(body, &counterfoil::types::Source::Unknown)
        .with_authorization(&header)
        .with_content_type(Some(b"application/x-www-form-urlencoded"));
    let answer = world.counterfoil.token(request).await.expect("an answer");
    let tokens: serde_json::Value = serde_json::from_str(answer.expose_secret()).expect("JSON");
    let verifier = Introspection::builder(world.endpoint.as_str(), "both", SECRET.to_owned());
    let verifier = verifier.of_counterfoil().clock(world.clock.clone()).build().expect("a verifier");
    let who = verifier.verify(tokens["access_token"].as_str().unwrap()).await.expect("active");
    assert_eq!((who.client_id(), who.kind()), (Some("both"), Some(TokenKind::AccessToken)));
    assert!(who.is_unrestricted() && who.may("anything") && who.scope().is_none());
    let refused = verifier.verify(tokens["refresh_token"].as_str().unwrap()).await.expect_err("no access token");
    assert!(
        matches!(refused, VerifyError::Refused(RemoteRefusal::WrongKind { kind: TokenKind::RefreshToken })),
        "{refused:?}"
    );
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn host_20_id_secret_and_token_are_encoded_as_rfc_6749_and_rfc_7662_say() {
    let (send, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let answer = move |request: Request| {
        let send = send.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 10_000).await.expect("a body");
            let header = |name: &str| parts.headers[name].to_str().expect("text").to_owned();
            let headers = (header("authorization"), header("content-type"), header("accept"));
            send.send((headers, String::from_utf8(body.to_vec()).expect("text"))).expect("a test");
            ([("content-type", "application/json")], "{\"active\":false}")
        }
    };
    let endpoint = serve(Router::new().route("/introspect", post(answer))).await;
    let verifier = Introspection::builder(endpoint, "a client:é", "p%+ :ß".to_owned()).build().expect("a verifier");
    verifier.verify("a+b/c==").await.expect_err("not active");
    let ((basic, content_type, accept), body) = seen.recv().await.expect("a request");
    let pair = base64::engine::general_purpose::STANDARD.encode("a+client%3A%C3%A9:p%25%2B+%3A%C3%9F");
    assert_eq!(basic, format!("Basic {pair}"));
    assert_eq!((content_type.as_str(), accept.as_str()), ("application/x-www-form-urlencoded", "application/json"));
    assert_eq!(body, "token=a%2Bb%2Fc%3D%3D");
}

#[tokio::test]
async fn host_22_a_token_ends_at_the_microsecond_of_its_exp() {
    let world = world().await;
    let issued = world.token("reader", None).await;
    let ends = start().plus_capped(Duration::from_secs(86_400));
    let verifier = world.verifier();
    world.clock.set(ends.minus(microsecond()));
    verifier.verify(issued.token.expose_secret()).await.expect("active until its expiry");
    world.clock.set(ends);
    verifier.verify(issued.token.expose_secret()).await.expect_err("expired, and the cache does not know better");
    assert_eq!(world.requests.get(), 2);
}

#[tokio::test]
async fn host_22_exp_and_nbf_are_judged_by_the_clock_of_the_resource_server() {
    let clock = clock();
    let from = start().seconds();
    let body = format!(r#"{{"active":true,"sub":"7","nbf":{from},"exp":{}}}"#, from + 10);
    let (endpoint, count) = serve_answer(200, "application/json", body).await;
    let verifier = foreign(&endpoint, &clock).build().expect("a verifier");
    let ends = start().plus_capped(Duration::from_secs(10));
    let mut refusals = Vec::new();
    for now in [start().minus(microsecond()), start(), ends.minus(microsecond()), ends] {
        clock.set(now);
        refusals.push(match verifier.verify("t").await {
            Ok(_) => None,
            Err(VerifyError::Refused(refusal)) => Some(refusal),
            Err(error) => panic!("{error:?}"),
        });
    }
    let (early, late) = (RemoteRefusal::NotYetValid { from: start() }, RemoteRefusal::Expired { at: ends });
    assert_eq!(refusals, [Some(early), None, None, Some(late)]);
    assert_eq!(count.get(), 4);
}

#[tokio::test]
async fn host_22_an_exp_beyond_the_clocks_range_never_comes() {
    let clock = clock();
    let body = format!(r#"{{"active":true,"sub":"7","exp":{}}}"#, u64::MAX);
    let (endpoint, _) = serve_answer(200, "application/json", body).await;
    let who = foreign(&endpoint, &clock).build().expect("a verifier").verify("t").await.expect("active");
    assert_eq!(who.expires_at(), Some(Timestamp::MAX));
}

#[tokio::test]
async fn host_20_a_token_that_is_empty_or_too_long_is_refused_without_a_request() {
    let world = world().await;
    let verifier = world.verifier();
    for token in [String::new(), "x".repeat(4_097)] {
        let refused = verifier.verify(&token).await.expect_err("no token");
        assert!(matches!(refused, VerifyError::Refused(RemoteRefusal::Malformed)), "{refused:?}");
    }
    assert_eq!(world.requests.get(), 0);
    verifier.verify(&"x".repeat(4_096)).await.expect_err("unknown");
    assert_eq!(world.requests.get(), 1);
}

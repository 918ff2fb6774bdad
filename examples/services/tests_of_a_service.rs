//! An example of the tests of a service. They need no server, do not sleep, and do not mock the library.
//!
//! The command `cargo test -p counterfoil-services --test tests_of_a_service` runs them. The tests need the feature
//! `test-util` of `counterfoil`. Turn it on in `[dev-dependencies]` only.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header::AUTHORIZATION, header::RETRY_AFTER, header::WWW_AUTHENTICATE};
use axum::{Router, response::Response, routing::get};
use counterfoil::event::EventKind;
use counterfoil::http_auth::Refusal;
use counterfoil::policy::Policy;
use counterfoil::testing::{self, Failure, TestService};
use counterfoil::{Counterfoil, IssuedCredential, KeyRing, ManageError, NewPersonalAccessToken, Principal};
use counterfoil_axum::{AuthenticateLayer, Rejection};
use tower::ServiceExt as _;

const DAY: Duration = Duration::from_secs(86_400);

/// The router of the service under test. It has one handler behind the authentication layer.
fn router(counterfoil: &Counterfoil) -> Router {
    let projects = async |who: counterfoil_axum::Principal| projects(&who);
    Router::new().route("/projects", get(projects)).layer(AuthenticateLayer::required(counterfoil.clone()))
}

/// The logic of the handler. It takes a principal and does not depend on how the principal was verified.
fn projects(who: &Principal) -> Result<String, Rejection> {
    who.require("projects:read")?;
    Ok(format!("the projects of {}", who.name()))
}

/// Sends one request without a socket.
async fn request(service: &TestService, token: &IssuedCredential) -> Response {
    let bearer = format!("Bearer {}", token.token.expose_secret());
    let request = Request::get("/projects").header(AUTHORIZATION, bearer).body(Body::empty()).expect("a request");
    router(service.counterfoil()).oneshot(request).await.expect("an answer")
}

#[tokio::test]
async fn a_token_reads_the_projects_of_its_owner() {
    let service = testing::service(); // the people ivan, ada and sue, a client, a clock, a store
    let token = service.personal_access_token("ivan", "projects:read").await;
    let answer = request(&service, &token).await;
    assert_eq!(to_bytes(answer.into_body(), 100).await.expect("a body"), "the projects of ivan");
}

#[tokio::test]
async fn a_token_without_the_scope_is_told_which_one_is_missing() {
    let service = testing::service();
    let answer = request(&service, &service.personal_access_token("ivan", "else").await).await;
    let challenge = answer.headers()[WWW_AUTHENTICATE].to_str().expect("text");
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert!(challenge.ends_with(r#"error="insufficient_scope", scope="projects:read""#));
}

/// The logic of a handler can be tested without a service, because the test makes the principal itself.
#[test]
fn who_may_read_projects() {
    let reader = testing::principal("ivan").scope("projects:read").build();
    let writer = testing::principal("ivan").scope("projects:write").build();
    assert!(projects(&reader).is_ok() && projects(&writer).is_err());
}

#[tokio::test]
async fn a_token_ends_at_its_expiry_and_not_a_microsecond_earlier() {
    let service = testing::service();
    let token = service.personal_access_token("ivan", "projects:read").await;
    let end = token.view.expires_at.expect("30 days");
    service.clock().set(end.minus(Duration::from_micros(1)));
    assert_eq!(request(&service, &token).await.status(), StatusCode::OK);
    service.clock().set(end);
    assert_eq!(request(&service, &token).await.status(), StatusCode::UNAUTHORIZED);
}

/// A client deletes its token on a 401. So the response during an outage must have a different status.
#[tokio::test]
async fn an_outage_of_the_store_is_503_and_passes() {
    let service = testing::service();
    let token = service.personal_access_token("ivan", "projects:read").await;
    service.faults().on("get", Failure::NotExecuted);
    let answer = request(&service, &token).await;
    assert_eq!((answer.status(), answer.headers().get(WWW_AUTHENTICATE)), (StatusCode::SERVICE_UNAVAILABLE, None));
    assert!(answer.headers().contains_key(RETRY_AFTER));
    service.faults().heal();
    assert_eq!(request(&service, &token).await.status(), StatusCode::OK);
}

/// The response to the creation of a token is lost, so the caller does not know whether the token exists. The owner
/// finds the token in the list and can delete it.
#[tokio::test]
async fn a_token_whose_answer_was_lost_is_in_the_list() {
    let service = testing::service();
    let ivan = service.presenter("ivan");
    service.faults().on("insert", Failure::AnswerLost);
    let lost = service.create_personal_access_token(&ivan, &NewPersonalAccessToken::for_days("lost", 1)).await;
    assert!(matches!(lost, Err(ManageError::Unavailable(_))));
    service.faults().heal();
    let listed = service.list_personal_access_tokens(&ivan, None, 10.try_into().expect("not zero")).await;
    let listed = listed.expect("a list").items;
    assert_eq!(listed.len(), 1);
    service.delete_personal_access_token(&ivan, &listed[0].id).await.expect("deleted");
}

#[tokio::test]
async fn a_disabled_person_is_refused_and_only_the_events_tell_why() {
    let service = testing::service();
    let token = service.personal_access_token("ivan", "projects:read").await;
    service.people().set_disabled(service.account("ivan").subject(), true);
    let _earlier = service.events();
    assert_eq!(request(&service, &token).await.status(), StatusCode::UNAUTHORIZED);
    let reason = Refusal::AccountDisabled;
    assert_eq!(service.events(), [EventKind::Refused { id: Some(token.view.id), reason }]);
}

#[tokio::test]
async fn a_week_before_the_expiry_the_owner_gets_a_mail() {
    let service = testing::service();
    service.personal_access_token("ivan", "projects:read").await;
    service.clock().advance(22 * DAY);
    assert!(service.mails().await.is_empty());
    service.clock().advance(DAY);
    assert_eq!(service.mails().await[0].to, "ivan@example.com");
}

/// Checks a service with the hardened policy, which the real service uses. This policy needs a key ring.
#[tokio::test]
async fn the_hardened_policy_gives_no_token_until_an_administrator_turns_them_on() {
    let ring = KeyRing::generate(&testing::SeededEntropy::new(2)).expect("a key");
    let service = testing::service_with(Policy::default(), |builder| builder.key_ring(ring));
    let new = NewPersonalAccessToken::for_days("early", 1);
    let refused = service.create_personal_access_token(&service.presenter("ivan"), &new).await;
    assert!(matches!(refused, Err(ManageError::Forbidden(_))));
}

//! Tests of the routers of `counterfoil-axum` without its feature `openapi`. The tests of `counterfoil-axum` turn this
//! feature on, so these tests are here: `cargo test -p counterfoil-tower --test routers`.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

use axum::Router;
use axum::body::Body;
use counterfoil::client::{Grant, NewClient};
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::Policy;
use counterfoil::{Account, Counterfoil, Presenter, Role, SubjectId};
use counterfoil_axum::{Issuer, Metadata, Sources};
use futures_executor::block_on;
use http::{Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;

const FORM: &str = "application/x-www-form-urlencoded";

fn router() -> Router {
    let people = MemoryDirectory::default();
    people.insert(Account::new(SubjectId::new("7").unwrap(), "ann", Role::Administrator), &["ann"], "right");
    let builder = Counterfoil::builder().policy(Policy::open()).store(MemoryStore::default()).directory(people);
    let counterfoil = builder.build().expect("a handle");
    let app = NewClient::named("App")
        .with_id("app".parse::<counterfoil::client::ClientId>().expect("an id"))
        .with_grants(vec![Grant::Password])
        .with_public(true);
    block_on(counterfoil.create_client(&Presenter::host(), app)).expect("a client");
    let api = counterfoil_axum::me_tokens(counterfoil.clone())
        .merge(counterfoil_axum::users(counterfoil.clone()))
        .merge(counterfoil_axum::security_codes(counterfoil.clone()))
        .merge(counterfoil_axum::clients(counterfoil.clone()))
        .merge(counterfoil_axum::settings(counterfoil.clone()));
    let issuer = Issuer::new("https://auth.example.com").expect("an issuer");
    let metadata = Metadata::new(issuer, &counterfoil).token("/token");
    counterfoil_axum::token(counterfoil.clone(), Sources::Unknown)
        .merge(counterfoil_axum::revoke(counterfoil.clone(), Sources::Unknown))
        .merge(counterfoil_axum::introspect(counterfoil, Sources::Unknown))
        .merge(counterfoil_axum::metadata(metadata))
        .nest("/api/v1", api)
        .into()
}

fn send(router: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let response = router.clone().oneshot(request).await.expect("infallible");
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    })
}

#[test]
fn every_router_answers_without_the_feature_openapi() {
    let router = router();
    let call = |method: &str, path: &str, token: &str, body: &str| {
        let request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        let request =
            request.header("authorization", format!("Bearer {token}")).header("content-type", "application/json");
        send(&router, request.body(Body::from(body.to_owned())).expect("a request"))
    };
    let post = |path: &str, form: String| {
        send(&router, Request::post(path).header("content-type", FORM).body(Body::from(form)).expect("a request"))
    };
    let (status, signed_in) = post("/token", "grant_type=password&client_id=app&username=ann&password=right".into());
    assert_eq!(status, 200, "{signed_in}");
    let token = signed_in["access_token"].as_str().expect("a token");
    for vendor in ["user_name", "user_id", "as:client_id", "is_read_only_web_user", ".issued", ".expires"] {
        assert!(signed_in.get(vendor).is_none(), "{vendor}: {signed_in}");
    }
    for path in ["/me/tokens", "/clients", "/settings"] {
        assert_eq!(call("GET", path, token, "").0, 200, "{path}");
        assert_eq!(call("GET", path, "cfa_none", "").0, 401, "{path}");
    }
    assert_eq!(call("GET", "/users/7/tokens", token, "").0, 200);
    assert_eq!(call("GET", "/security-codes", token, "").0, 403, "for super administrators");
    let (status, created) = call("POST", "/me/tokens", token, r#"{"label":"ci","expires_in_days":1}"#);
    assert_eq!((status.as_u16(), created["label"].as_str()), (201, Some("ci")), "{created}");
    let (status, changed) = call("PATCH", "/settings", token, r#"{"pat_max_days":90}"#);
    assert_eq!((status.as_u16(), changed["pat_max_days"].as_u64()), (200, Some(90)), "{changed}");
    assert_eq!(call("GET", "/nowhere", token, "").0, 404);
    let place = Request::get("/.well-known/oauth-authorization-server").body(Body::empty()).expect("a request");
    assert_eq!(send(&router, place).1["token_endpoint"], "https://auth.example.com/token");
    assert_eq!(post("/revoke", format!("client_id=app&token={token}")).0, 200);
    assert_eq!(call("GET", "/me/tokens", token, "").0, 401, "the revoked token");
}

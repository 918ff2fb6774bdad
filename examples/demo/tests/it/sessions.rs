//! Tests that the demo accepts a session cookie only for the API routers of counterfoil-axum, and behind TLS only a
//! cookie that is bound to its host.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use counterfoil::directory::Login;
use counterfoil::{Counterfoil, KeyRing, Realm, Secret};
use counterfoil_axum::console::RecentEvents;
use counterfoil_demo::{People, ProfileStore, Stores, policy, routes, seed};
use http::Request;
use tower::ServiceExt as _;

/// Makes the router of a demo with this issuer, and signs ivan in. Returns the router, ivan's session cookie and the
/// recorded events.
async fn signed_in(issuer: &str) -> (Router, String, RecentEvents) {
    let stores = Stores::open("memory:").await.expect("a store");
    let profiles = ProfileStore::open(stores.profiles()).expect("profiles");
    let people = Arc::new(People::new(profiles.clone()).expect("people"));
    let events = RecentEvents::default();
    let keys = KeyRing::generate_from_system().expect("a key");
    let builder = Counterfoil::builder().policy(policy::demo()).key_ring(keys).directory(people).events(events.clone());
    let counterfoil = stores.build_into(builder).build().expect("a handle");
    seed(&counterfoil, &stores).await.expect("seeded");
    let password = Secret::from("ivan".to_owned());
    let login = Login::new("ivan", &password);
    let session =
        counterfoil.open_session(&login, &counterfoil::types::Source::Unknown).await.expect("the right password");
    let issuer = counterfoil_axum::Issuer::new(issuer).expect("an issuer");
    let router = routes(&counterfoil, issuer, profiles, events.clone());
    (router, session.token.expose_secret().to_owned(), events)
}

async fn get(router: &Router, path: &str, host: &str, cookie: &str) -> u16 {
    let request = Request::get(path).header("host", host).header("cookie", cookie).body(Body::empty());
    let response = router.clone().oneshot(request.expect("a request")).await.expect("infallible");
    response.status().as_u16()
}

#[tokio::test]
async fn console_1_a_session_manages_credentials_and_does_not_authenticate_at_a_protected_resource() {
    let (router, text, events) = signed_in("http://127.0.0.1:8080").await;
    let cookie = format!("counterfoil-session-127-0-0-1-8080={text}");
    let bound = format!("__Host-{cookie}");
    for (path, status) in [("/api/v1/me/tokens", 200), ("/api/v1/settings", 403), ("/api/v1/whoami", 401)] {
        assert_eq!(get(&router, path, "127.0.0.1:8080", &cookie).await, status, "{path}");
    }
    assert_eq!(get(&router, "/api/v1/me/tokens", "demo.example", &cookie).await, 401, "not this machine");
    assert_eq!(get(&router, "/api/v1/me/tokens", "127.0.0.1:8080", &bound).await, 401);
    let text_of_events = format!("{:?}", events.newest(&Realm::default(), 500));
    assert!(text_of_events.contains("ConsoleSession") && !text_of_events.contains(&text), "{text_of_events}");
}

#[tokio::test]
async fn console_1_behind_tls_only_a_cookie_that_is_bound_to_its_host_counts() {
    let (router, text, _) = signed_in("https://demo.example").await;
    let cookie = format!("counterfoil-session-demo-example={text}");
    let bound = format!("__Host-{cookie}");
    assert_eq!(get(&router, "/api/v1/me/tokens", "demo.example", &bound).await, 200);
    assert_eq!(get(&router, "/api/v1/me/tokens", "demo.example", &cookie).await, 401);
}

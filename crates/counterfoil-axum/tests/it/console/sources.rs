//! Tests that each event contains the source of its request, unless the policy leaves sources out or the request has
//! none.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::{Extension, Router};
use counterfoil::event::{Actor, Event};
use counterfoil::policy::{LiveCap, Policy};
use counterfoil::types::Source;
use counterfoil_axum::Sources;
use counterfoil_axum::console::{Console, SessionLayer, Transport};
use http::Request;
use tracing::instrument::WithSubscriber as _;

use super::browser::{Browser, secret, value};
use crate::support::{World, basic, router, send, subject, world_under};

const ADDRESS: &str = "192.0.2.7";

/// All kinds of events that HTTP requests can cause. If a new kind is added to the library, add it here too.
const KINDS: [&str; 21] = [
    "changed",
    "client",
    "client_refused",
    "foreign_client",
    "grant_refused",
    "issued",
    "limit_reached",
    "login_proved",
    "login_refused",
    "made_room",
    "overlap_ended",
    "refreshed",
    "refused",
    "replayed",
    "revocation_ignored",
    "revoked",
    "rotated",
    "setting",
    "switch",
    "throttled",
    "owner_revoked",
];

fn policy(sources: bool) -> Policy {
    let mut policy = Policy::default();
    policy.events.sources = sources;
    policy.console_sessions.live_per_owner = Some(LiveCap { limit: NonZeroU32::MIN, evict: true });
    policy.personal_access_tokens.creations_per_hour = NonZeroU32::new(2);
    policy.throttle.account.failures = NonZeroU32::MIN;
    policy
}

/// Makes a service with all routers. All requests come from one address.
fn service(world: &World) -> Router {
    let console = Console::new(world.counterfoil.clone(), Transport::Https, "/console", Sources::Extension);
    let api =
        router(&world.counterfoil).layer(SessionLayer::new(world.counterfoil.clone(), Transport::Https, "/console"));
    let source = Source::from(ADDRESS.parse::<IpAddr>().expect("an address"));
    api.nest_service("/console", console.router()).layer(Extension(source))
}

/// Sends requests to all routers of a service. Returns the events that they cause. If `sources` is true, the policy
/// says that events contain the source.
async fn events_of(sources: bool) -> Vec<Event> {
    let mut world = world_under(policy(sources)).await;
    world.router = service(&world);
    let _ = world.sink.take();
    at_the_token_endpoints(&world).await;
    by_bearers(&world).await;
    in_the_console(&world).await;
    world.sink.take()
}

async fn at_the_token_endpoints(world: &World) {
    let (access, first) = world.sign_in("bill", None).await;
    world.form("/token", &format!("grant_type=refresh_token&refresh_token={first}")).await;
    world.clock.advance(Duration::from_secs(5 * 60));
    world.form("/token", &format!("grant_type=refresh_token&refresh_token={first}")).await;
    world.form("/token", "grant_type=refresh_token&refresh_token=cfr_1").await;
    world.form("/token", "grant_type=client_credentials").await;
    let (access_too, refresh) = world.sign_in("bill", None).await;
    for wrong in [&basic("app", "wrong"), &basic("nobody", "wrong")] {
        world.form_as("/introspect", wrong, &format!("token={access}")).await;
    }
    let open = |form: String| async move { world.form_as("/revoke", "", &format!("{form}&client_id=open")).await };
    open(format!("token={refresh}")).await;
    open(format!("token={access_too}")).await;
    world.form("/revoke", &format!("token={access_too}")).await;
    world.form("/revoke", &format!("token={refresh}")).await;
    for _ in 0..2 {
        world.form("/token", "grant_type=password&username=mia&password=wrong").await;
    }
}

async fn by_bearers(world: &World) {
    let (bill, _) = world.sign_in("bill", None).await;
    let made = world.call("POST", "/me/tokens", &bill, Some("{\"label\":\"ci\",\"expires_in_days\":30}")).await.json();
    let (id, token) = (made["id"].as_str().expect("an id"), made["token"].as_str().expect("a token"));
    world.form("/revoke", &format!("token={token}")).await;
    let overlap = Some("{\"overlap_seconds\":3600}");
    let next = world.call("POST", &format!("/me/tokens/{id}/rotate"), &bill, overlap).await.json();
    assert!(next["token"].is_string(), "{next}");
    world.call("DELETE", &format!("/me/tokens/{id}"), &bill, None).await;
    for label in ["two", "three"] {
        let body = format!("{{\"label\":\"{label}\",\"expires_in_days\":30}}");
        world.call("POST", "/me/tokens", &bill, Some(&body)).await;
    }
    let (adam, _) = world.sign_in("adam", None).await;
    world.call("DELETE", &format!("/users/bill/tokens/{}", next["id"].as_str().expect("an id")), &adam, None).await;
    world.call("PATCH", "/users/bill", &adam, Some("{\"token_login_allowed\":false}")).await;
    world.call("PATCH", "/settings", &adam, Some("{\"pat_max_days\":90}")).await;
    world.call("PATCH", "/clients/rs", &adam, Some("{\"disabled\":true}")).await;
    world.call("GET", "/me/tokens", "cfa_mistyped", None).await;
    // An operation that the host itself calls during a request needs the source from the host.
    let source = Source::from(ADDRESS.parse::<IpAddr>().expect("an address"));
    let host = counterfoil::Presenter::host().from_source(&source);
    world.counterfoil.revoke_all_of(&host, &subject("bill")).await.expect("revoked");
}

async fn in_the_console(world: &World) {
    let browser = Browser::at(service(world));
    assert_eq!(browser.sign_in("sue", "sue").await.status, 303);
    let again = Browser::at(service(world));
    assert_eq!(again.sign_in("sue", "sue").await.status, 303);
    assert_eq!(browser.get("/tokens").await.status, 303, "the first session has made room");
    let made = again.post("/codes", "access=super_administrator&description=one").await;
    assert!(secret(&made.text).starts_with("cfs_"), "{made:?}");
    world.clock.advance(Duration::from_secs(10 * 60));
    let page = again.get("/codes").await.text;
    let id = value(&page, "/console/codes/").split('/').next().expect("an id").to_owned();
    again.post(&format!("/codes/{id}/reset"), "password=sue").await;
    let deleted = again.post(&format!("/codes/{id}/delete"), "password=sue").await;
    assert!(deleted.status.as_u16() < 400, "{deleted:?}");
    again.post("/sign-out", "").await;
}

#[tokio::test]
async fn fault_d5_every_event_of_a_request_carries_the_source_of_its_connection() {
    let events = events_of(true).await;
    for event in &events {
        assert_eq!(event.source.as_ref().map(|source| source.as_str()), Some(ADDRESS), "{event:?}");
    }
    let kinds: BTreeSet<_> = events.iter().map(|event| event.kind.name()).collect();
    assert_eq!(kinds, BTreeSet::from(KINDS));
}

#[tokio::test]
async fn fault_d5_where_the_policy_leaves_sources_out_neither_an_event_nor_the_log_has_the_address() {
    for (sources, logged) in [(false, false), (true, true)] {
        let log = Log::default();
        let writer = log.clone();
        let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
        let subscriber = lines.with_writer(move || writer.clone()).finish();
        let events = events_of(sources).with_subscriber(subscriber).await;
        assert!(events.len() > 40, "{}", events.len());
        assert_eq!(events.iter().any(|event| event.source.is_some()), logged);
        assert_eq!(format!("{events:?}").contains(ADDRESS), logged);
        let text = log.text();
        assert!(text.contains("throttled") && text.contains("refused"), "{text}");
        assert_eq!(text.contains(ADDRESS), logged, "{text}");
    }
}

#[tokio::test]
async fn fault_d5_a_deletion_by_a_same_as_user_code_names_code_creator_and_source() {
    let mut world = world_under(policy(true)).await;
    world.router = service(&world);
    let (bill, _) = world.sign_in("bill", None).await;
    let (sue, _) = world.sign_in("sue", None).await;
    let made = world.call("POST", "/me/tokens", &bill, Some("{\"label\":\"ci\",\"expires_in_days\":30}")).await.json();
    let body = Some("{\"access\":\"same_as_user\",\"user\":\"bill\"}");
    let code = world.call("POST", "/security-codes", &sue, body).await.json();
    let _ = world.sink.take();
    let (id, text) = (made["id"].as_str().expect("an id"), code["code"].as_str().expect("a code"));
    assert_eq!(world.call("DELETE", &format!("/me/tokens/{id}"), text, None).await.status, 204);
    let [event] = &world.sink.take()[..] else { panic!("one event") };
    let credential = code["id"].as_str().expect("an id").parse().expect("an id");
    assert_eq!(event.by, Actor::SecurityCode { subject: subject("bill"), creator: subject("sue"), credential });
    assert_eq!((event.kind.name(), event.source.is_some()), ("revoked", true));
}

#[tokio::test]
async fn fault_d5_a_request_without_a_source_is_served_and_its_events_have_none() {
    let world = world_under(policy(true)).await;
    let (bill, _) = world.sign_in("bill", None).await;
    let _ = world.sink.take();
    let request = Request::get("/api/v1/me/tokens").header("authorization", "Bearer cfa_mistyped");
    assert_eq!(send(&world.router, request.body(Body::empty()).expect("a request")).await.status, 401);
    let body = Some("{\"label\":\"ci\",\"expires_in_days\":30}");
    assert_eq!(world.call("POST", "/me/tokens", &bill, body).await.status, 201);
    let sources: Vec<_> = world.sink.take().into_iter().map(|event| event.source).collect();
    assert_eq!(sources, [None, None]);
}

/// Collects the lines of a log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("whole").clone()).expect("text")
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("whole").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

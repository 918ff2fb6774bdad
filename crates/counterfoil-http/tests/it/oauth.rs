//! Tests of the OAuth endpoints: their errors, their sources, and callers that disconnect.

use bytes::Bytes;
use counterfoil::store::TokenStore as _;
use counterfoil::testing::Failure;
use counterfoil::types::Source;
use counterfoil_http::Sources;
use http::Request;
use http_body_util::Full;

use crate::support::{Answer, FORM, World, in_memory, over_hyper};

const RIGHT: &str = "grant_type=password&username=ivan&password=ivan";

async fn check(world: &World) {
    let client = format!("&client_id={}", world.service.client());
    let secret = world.service.client_secret().expose_secret();
    let outcome = async |form: &str| {
        let answer = world.form("/token", form).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{form}");
        assert!(answer.json()["error_description"].is_string(), "{form}");
        answer.outcome()
    };
    for (form, status, error) in [
        ("", 400, "invalid_request"),
        ("grant_type=password&grant_type=password", 400, "invalid_request"),
        ("grant_type=authorization_code", 400, "unsupported_grant_type"),
        ("grant_type=password&username=ivan&password=wrong", 400, "invalid_grant"),
        ("grant_type=refresh_token&refresh_token=x", 400, "invalid_grant"),
        (&format!("{RIGHT}&scope=%22"), 400, "invalid_scope"),
        (&format!("x={}", "y".repeat(8 * 1024)), 413, "invalid_request"),
        (&format!("{RIGHT}{client}x"), 400, "invalid_request"),
    ] {
        assert_eq!(outcome(form).await, (status, error.into()), "{form}");
    }
    let ask = async |authorization: Option<&str>, media_type: &str, form: &str| {
        let mut request = Request::post("/token").header("content-type", media_type);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        world.send(request.body(Full::from(form.to_owned())).expect("a request")).await
    };
    let tried = ask(Some("Basic eDp5"), FORM, RIGHT).await;
    assert_eq!((tried.outcome(), tried.header("www-authenticate").is_some()), ((401, "invalid_client".into()), true));
    let named = ask(None, FORM, &format!("{RIGHT}{client}&client_secret=wrong")).await;
    assert_eq!((named.outcome(), named.header("www-authenticate")), ((400, "invalid_client".into()), None));
    assert_eq!(ask(None, FORM, &format!("{RIGHT}{client}&client_secret={secret}")).await.status, 200);
    assert_eq!(ask(Some(&world.basic()), "text/plain", RIGHT).await.outcome(), (400, "invalid_request".into()));
    assert_eq!(world.form("/introspect", "token=x").await.text, r#"{"active":false}"#);
    assert_eq!(world.form("/revoke", "token=x").await.status, 200);
    assert_eq!(world.form("/revoke", "").await.outcome(), (400, "invalid_request".into()));
    world.service.faults().always(Failure::NotExecuted);
    let outage = world.form("/token", RIGHT).await;
    assert_eq!(outage.outcome(), (503, "temporarily_unavailable".into()));
    assert_eq!(outage.header("retry-after"), Some("2"));
    world.service.faults().heal();
}

#[tokio::test]
async fn host_52_each_error_of_the_oauth_endpoints_in_memory() {
    check(&in_memory().await).await;
}

#[tokio::test]
async fn host_52_each_error_of_the_oauth_endpoints_behind_a_server_of_hyper() {
    check(&over_hyper().await).await;
}

fn request(world: &World, source: Option<Source>) -> Request<Full<Bytes>> {
    let mut request = world.form_request("/token", RIGHT);
    if let Some(source) = source {
        request.extensions_mut().insert(source);
    }
    request
}

#[tokio::test]
async fn host_54_a_request_without_the_source_that_the_host_promised_is_503() {
    let world = in_memory().await;
    let answer = Answer::of(world.endpoints.respond(request(&world, None)).await).await;
    assert_eq!(answer.outcome(), (503, "temporarily_unavailable".into()));
    let unknown = counterfoil_http::token(world.service.counterfoil().clone(), Sources::Unknown);
    assert_eq!(unknown.respond(request(&world, None)).await.status(), 200);
}

#[tokio::test]
async fn host_54_failures_count_for_their_source_alone() {
    let world = in_memory().await;
    let wrong = "grant_type=password&username=ivan&password=wrong";
    let mut last = None;
    for _ in 0..30 {
        last = Some(world.form("/token", wrong).await.outcome());
    }
    assert_eq!(last, Some((429, "slow_down".into())));
    let elsewhere = Source::from(std::net::IpAddr::from([192, 0, 2, 8]));
    assert_eq!(world.endpoints.respond(request(&world, Some(elsewhere))).await.status(), 200);
}

#[tokio::test]
async fn host_54_a_request_whose_caller_goes_away_is_carried_out_to_its_end() {
    let world = in_memory().await;
    world.service.faults().on("insert", Failure::Hangs);
    let before = world.service.store().census().await.expect("a count");
    tokio::select! {
        biased;
        () = turns(100) => {}
        _ = world.endpoints.respond(request(&world, Some(Source::Unknown))) => panic!("the store hangs"),
    }
    world.service.faults().heal();
    turns(100).await;
    assert_ne!(world.service.store().census().await.expect("a count"), before, "the caller is signed in");
}

/// Yields to the runtime `many` times, so that other tasks run.
async fn turns(many: usize) {
    for _ in 0..many {
        tokio::task::yield_now().await;
    }
}

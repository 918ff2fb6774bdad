//! Tests the session layer around the API routers: which cookies it accepts, the CSRF token, outages, and which routes
//! need a recent password.

use std::time::Duration;

use crate::support::{Answer, World, send, world};
use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use counterfoil::Secret;
use counterfoil::directory::Login;
use counterfoil::operations::OpenedSession;
use counterfoil_axum::console::{SessionLayer, Transport};
use counterfoil_axum::{AuthenticateLayer, Authentication, Principal, Rejection, RejectionReason};
use http::{HeaderMap, Request, Response, StatusCode, Version};
use sha2::{Digest as _, Sha256};
use tower::{Layer as _, ServiceExt as _, service_fn};

const COOKIE: &str = "__Host-counterfoil-session-bf2105c8";
const PLAIN: &str = "counterfoil-session-bf2105c8";
const NEW: &str = "{\"label\":\"nightly\",\"expires_in_days\":30}";

/// Makes a router with the API routers inside the session layer.
fn console(world: &World, transport: Transport) -> Router {
    crate::support::router(&world.counterfoil).layer(SessionLayer::new(
        world.counterfoil.clone(),
        transport,
        "/console",
    ))
}

async fn open(world: &World, name: &str) -> OpenedSession {
    let password = Secret::from(name.to_owned());
    let login = Login::new(name, &password);
    world.counterfoil.open_session(&login, &counterfoil::types::Source::Unknown).await.expect("the right password")
}

fn cookie_of(session: &OpenedSession) -> String {
    format!("{COOKIE}={}", session.token.expose_secret())
}

/// Returns the CSRF token that the pages of a session contain.
fn token_of(session: &OpenedSession) -> String {
    let mut hash = Sha256::new_with_prefix(b"counterfoil console: token of a form, 1\0");
    hash.update(session.token.expose_secret());
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

async fn ask(router: &Router, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
    let host = headers.iter().any(|(name, _)| *name == "host");
    request = if host { request } else { request.header("host", "console.example") };
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    send(router, request.body(Body::from(body.to_owned())).expect("a request")).await
}

#[tokio::test]
async fn console_1_a_session_reads_and_with_its_token_writes() {
    let world = world().await;
    let router = console(&world, Transport::Https);
    let bill = open(&world, "bill").await;
    let (cookie, token) = (cookie_of(&bill), token_of(&bill));
    let list = ask(&router, "GET", "/me/tokens", &[("cookie", &cookie)], "").await;
    assert_eq!((list.status.as_u16(), list.json()["items"].as_array().map(Vec::len)), (200, Some(0)), "{list:?}");
    let with = [("cookie", cookie.as_str()), ("x-csrf-token", token.as_str())];
    let made = ask(&router, "POST", "/me/tokens", &with, NEW).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = format!("/me/tokens/{}", made.json()["id"].as_str().expect("an id"));
    assert_eq!(ask(&router, "DELETE", &path, &[("cookie", &cookie)], "").await.problem(), "csrf-token");
    let own = [with[0], with[1], ("sec-fetch-site", "same-origin"), ("origin", "https://console.example")];
    assert_eq!(ask(&router, "DELETE", &path, &own, "").await.status, 204);
    let by_member = ask(&router, "GET", "/settings", &[("cookie", &cookie)], "").await;
    assert_eq!(by_member.outcome(), (403, "role".into(), None), "its rights are its owner's");
}

#[tokio::test]
async fn console_1_a_change_without_the_sessions_own_token_is_forged() {
    let world = world().await;
    let router = console(&world, Transport::Https);
    let (bill, other) = (open(&world, "bill").await, open(&world, "bill").await);
    let (cookie, token, others) = (cookie_of(&bill), token_of(&bill), token_of(&other));
    let (cookie, good) = (("cookie", cookie.as_str()), ("x-csrf-token", token.as_str()));
    let cases: [(&str, Vec<(&str, &str)>); 10] = [
        ("no token", vec![]),
        ("an empty one", vec![("x-csrf-token", "")]),
        ("another session's, of the same person", vec![("x-csrf-token", others.as_str())]),
        ("twice", vec![good, good]),
        ("under another name", vec![("x-xsrf-token", token.as_str())]),
        ("another site", vec![good, ("sec-fetch-site", "cross-site")]),
        ("a site beside it", vec![good, ("sec-fetch-site", "same-site")]),
        ("another origin", vec![good, ("origin", "https://evil.example")]),
        ("another port", vec![good, ("origin", "https://console.example:8443")]),
        ("an opaque origin", vec![good, ("origin", "null")]),
    ];
    for (case, headers) in cases {
        let headers: Vec<_> = [cookie].into_iter().chain(headers).collect();
        for method in ["POST", "PATCH", "DELETE", "PUT", "LOCK"] {
            let path = if method == "POST" { "/me/tokens" } else { "/users/bill" };
            let answer = ask(&router, method, path, &headers, NEW).await;
            let expected = match method {
                "POST" | "PATCH" => (403, "csrf-token".to_owned(), None),
                // The path `/users/bill` does not support the methods `DELETE`, `PUT` and `LOCK`.
                _ => (405, "method-not-allowed".to_owned(), None),
            };
            assert_eq!(answer.outcome(), expected, "{case}: {method}");
            assert_eq!(answer.header("www-authenticate"), None, "{case}: {method}");
        }
    }
    assert_eq!(ask(&router, "GET", "/me/tokens", &[cookie], "").await.json()["items"], serde_json::json!([]));
}

#[tokio::test]
async fn console_1_what_is_forged_does_not_keep_a_session_alive() {
    let world = world().await;
    let router = console(&world, Transport::Https);
    let bill = open(&world, "bill").await;
    let cookie = cookie_of(&bill);
    world.clock.advance(Duration::from_secs(20 * 60));
    assert_eq!(ask(&router, "POST", "/me/tokens", &[("cookie", &cookie)], NEW).await.status, 403);
    world.clock.advance(Duration::from_secs(10 * 60));
    let idle = ask(&router, "GET", "/me/tokens", &[("cookie", &cookie)], "").await;
    assert_eq!(idle.outcome(), (401, "invalid-token".into(), None));
}

#[tokio::test]
async fn console_1_where_a_bearer_came_along_it_counts_and_the_cookie_does_not() {
    let world = world().await;
    let router = console(&world, Transport::Https);
    let (bill, sue) = (open(&world, "bill").await, open(&world, "sue").await);
    let (access, _) = world.sign_in("bill", None).await;
    let bearer = format!("Bearer {access}");
    let beside = [("cookie", cookie_of(&sue)), ("authorization", bearer)];
    let beside: Vec<_> = beside.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(ask(&router, "POST", "/me/tokens", &beside, NEW).await.status, 201, "a bearer needs no token of a page");
    assert_eq!(ask(&router, "GET", "/settings", &beside, "").await.problem(), "role");
    let cookie = cookie_of(&bill);
    for (bad, status) in [("Bearer nonsense", 401), ("Bearer", 400), ("Basic Og==", 401)] {
        let headers = [("cookie", cookie.as_str()), ("authorization", bad)];
        assert_eq!(ask(&router, "GET", "/me/tokens", &headers, "").await.status, status, "{bad}");
    }
}

#[tokio::test]
async fn all_kinds_3_a_session_that_ended_and_every_other_credential_are_the_same_401() {
    let world = world().await;
    let router = console(&world, Transport::Https);
    let (bill, idle) = (open(&world, "bill").await, open(&world, "bill").await);
    let (access, refresh) = world.sign_in("bill", None).await;
    let made = world.call("POST", "/me/tokens", &access, Some(NEW)).await.json();
    let personal = made["token"].as_str().expect("a token");
    let live = ask(&router, "GET", "/me/tokens", &[("cookie", &cookie_of(&bill))], "").await;
    assert_eq!(live.status, 200);
    world.counterfoil.end_session(&bill.principal).await.expect("signed out");
    let ask_with = async |text: &str| {
        let answer = ask(&router, "GET", "/me/tokens", &[("cookie", &format!("{COOKIE}={text}"))], "").await;
        assert_eq!(answer.outcome(), (401, "invalid-token".into(), None), "{}", &text[..4.min(text.len())]);
        answer.text
    };
    let ended = ask_with(bill.token.expose_secret()).await;
    for text in [personal, &access, &refresh, "cfk_1", "nonsense"] {
        assert_eq!(ask_with(text).await, ended);
    }
    world.clock.advance(Duration::from_secs(30 * 60));
    assert_eq!(ask_with(idle.token.expose_secret()).await, ended, "idle for too long");
    let with = [("cookie", cookie_of(&bill)), ("x-csrf-token", token_of(&bill))];
    let with: Vec<_> = with.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(ask(&router, "POST", "/me/tokens", &with, NEW).await.problem(), "invalid-token");
}

#[tokio::test]
async fn all_kinds_3_a_session_is_no_bearer() {
    let world = world().await;
    let router = console(&world, Transport::Https);
    let bill = open(&world, "bill").await;
    let bearer = format!("Bearer {}", bill.token.expose_secret());
    let cookie = cookie_of(&bill);
    for headers in
        [&[("authorization", bearer.as_str())][..], &[("authorization", bearer.as_str()), ("cookie", cookie.as_str())]]
    {
        assert_eq!(ask(&router, "GET", "/me/tokens", headers, "").await.outcome(), (401, "invalid-token".into(), None));
    }
}

#[tokio::test]
async fn all_kinds_5_a_session_that_cannot_be_looked_up_is_503() {
    let world = world().await;
    let router = console(&world, Transport::Https);
    let cookie = cookie_of(&open(&world, "bill").await);
    world.people.set_unavailable(true);
    let answer = ask(&router, "GET", "/me/tokens", &[("cookie", &cookie)], "").await;
    assert_eq!(answer.outcome(), (503, "unavailable".into(), None));
}

#[tokio::test]
async fn console_1_a_cookie_that_is_not_ours_alone_is_not_read() {
    let world = world().await;
    let router = console(&world, Transport::Https);
    let (bill, sue) = (open(&world, "bill").await, open(&world, "sue").await);
    let (own, others) = (cookie_of(&bill), cookie_of(&sue));
    let plain = own.replace(COOKIE, PLAIN);
    let both = format!("{own}; {others}");
    for headers in [
        vec![],
        vec![("cookie", both.as_str())],
        vec![("cookie", own.as_str()), ("cookie", own.as_str())],
        vec![("cookie", plain.as_str())],
        vec![("cookie", "__Host-counterfoil-session-bf2105c8=")],
        vec![("x-cookie", own.as_str())],
    ] {
        let answer = ask(&router, "GET", "/me/tokens", &headers, "").await;
        assert_eq!(answer.outcome(), (401, "unauthenticated".into(), None), "{} headers", headers.len());
        let answer = ask(&router, "POST", "/me/tokens", &headers, NEW).await;
        assert_eq!(answer.outcome(), (401, "unauthenticated".into(), None), "nothing to forge");
    }
}

#[tokio::test]
async fn console_1_plain_http_takes_a_cookie_for_this_machine_alone() {
    let world = world().await;
    let router = console(&world, Transport::PlainLoopback);
    let cookie = cookie_of(&open(&world, "bill").await).replace(COOKIE, PLAIN);
    for (hosts, status) in [
        (vec!["127.0.0.1:8080"], 200),
        (vec!["localhost"], 200),
        (vec!["[::1]:8080"], 200),
        (vec!["console.example"], 401),
        (vec!["127.0.0.1.evil.example"], 401),
        (vec!["127.0.0.1", "evil.example"], 400),
        (vec!["127.0.0.1", "127.0.0.1"], 400),
        (vec!["not a host"], 400),
    ] {
        let headers: Vec<_> = hosts.iter().map(|host| ("host", *host)).chain([("cookie", cookie.as_str())]).collect();
        assert_eq!(ask(&router, "GET", "/me/tokens", &headers, "").await.status, status, "{hosts:?}");
    }
    // In HTTP/2 the target of a request contains the host. A request with HTTP/1.0 may name no host.
    for (target, version, status) in [
        ("http://localhost:80/api/v1/me/tokens", Version::HTTP_2, 200),
        ("http://evil.example/api/v1/me/tokens", Version::HTTP_2, 401),
        ("/api/v1/me/tokens", Version::HTTP_10, 401),
        ("/api/v1/me/tokens", Version::HTTP_11, 400),
        ("/api/v1/me/tokens", Version::HTTP_2, 400),
    ] {
        let request = Request::get(target).version(version).header("cookie", &cookie).body(Body::empty());
        let request = request.expect("a request");
        assert_eq!(send(&router, request).await.status, status, "{target}");
    }
}

#[tokio::test]
async fn a_preflight_and_what_an_outer_layer_found_out_go_on_as_they_came() {
    let world = world().await;
    let (bill, sue) = (open(&world, "bill").await, open(&world, "sue").await);
    let name = async |who: Option<Principal>| who.map_or("nobody".to_owned(), |who| who.name().to_owned());
    let router: Router = Router::new()
        .route("/", axum::routing::any(name))
        .layer(AuthenticateLayer::optional(world.counterfoil.clone()))
        .layer(SessionLayer::new(world.counterfoil.clone(), Transport::Https, "/console"));
    let preflight = || {
        let request = Request::options("/").header("host", "console.example").header("origin", "https://evil.example");
        let request = request.header("access-control-request-method", "POST").header("cookie", cookie_of(&bill));
        request.body(Body::empty()).expect("a request")
    };
    assert_eq!(send(&router, preflight()).await.text, "nobody");
    let closed: Router = Router::new()
        .route("/", axum::routing::any(async || "in"))
        .layer(AuthenticateLayer::required(world.counterfoil.clone()))
        .layer(SessionLayer::new(world.counterfoil.clone(), Transport::Https, "/console"));
    assert_eq!(send(&closed, preflight()).await.status, 401);
    let request = |method: &str| {
        let request = Request::builder().method(method).uri("/").header("host", "console.example");
        request.header("cookie", cookie_of(&bill)).body(Body::empty()).expect("a request")
    };
    for method in ["GET", "OPTIONS"] {
        assert_eq!(send(&router, request(method)).await.text, "bill", "{method}");
    }
    let mut known = request("POST");
    known.extensions_mut().insert(Authentication::active(sue.principal.clone()));
    assert_eq!(send(&router, known).await.text, "sue");
    assert_eq!(send(&router, request("POST")).await.problem(), "csrf-token", "not for nobody");
}

#[tokio::test]
async fn the_cookie_is_sensitive_behind_the_layer_and_a_host_shapes_what_is_forged() {
    let world = world().await;
    let bill = open(&world, "bill").await;
    let layer = SessionLayer::new(world.counterfoil.clone(), Transport::Https, "/console");
    let inner = service_fn(async |request: Request<()>| {
        let headers: &HeaderMap = request.headers();
        let sensitive = ["cookie", "x-csrf-token", "authorization"].map(|name| headers[name].is_sensitive());
        let shown = format!("{request:?}");
        Ok::<_, std::convert::Infallible>(Response::new((sensitive, shown)))
    });
    let request = Request::get("/")
        .header("cookie", cookie_of(&bill))
        .header("x-csrf-token", token_of(&bill))
        .header("authorization", "Bearer zqx")
        .body(())
        .expect("a request");
    let (sensitive, shown) = layer.clone().layer(inner).oneshot(request).await.expect("infallible").into_body();
    assert_eq!(sensitive, [true; 3]);
    for secret in [bill.token.expose_secret(), &token_of(&bill), "zqx"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let shape = |rejection: &Rejection| {
        let mut response = Response::new(Body::from(rejection.to_string()));
        *response.status_mut() = match rejection.reason() {
            RejectionReason::Forged => StatusCode::IM_A_TEAPOT,
            _ => rejection.status(),
        };
        response
    };
    let router: Router = Router::new()
        .route("/", axum::routing::post(async || "in"))
        .layer(AuthenticateLayer::required(world.counterfoil.clone()).refuse_with(shape))
        .layer(layer);
    let request = Request::post("/").header("host", "a").header("cookie", cookie_of(&bill)).body(Body::empty());
    let answer = send(&router, request.expect("a request")).await;
    assert_eq!(answer.status, StatusCode::IM_A_TEAPOT);
    assert!(answer.text.starts_with("the session's token is missing"), "{}", answer.text);
}

/// Returns the id of the first item in the list at `path`.
async fn first_id(router: &Router, path: &str, with: &[(&str, &str)]) -> String {
    let list = ask(router, "GET", path, with, "").await.json();
    list["items"][0]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn fault_a7_each_route_that_makes_or_widens_refuses_a_stale_session_and_no_other_route_does() {
    let world = world().await;
    let router = console(&world, Transport::Https);
    let sue = open(&world, "sue").await;
    let (cookie, token) = (cookie_of(&sue), token_of(&sue));
    let with = [("cookie", cookie.as_str()), ("x-csrf-token", token.as_str())];
    assert_eq!(ask(&router, "POST", "/me/tokens", &with, NEW).await.status, 201);
    let code = "{\"access\":\"super_administrator\"}";
    assert_eq!(ask(&router, "POST", "/security-codes", &with, code).await.status, 201);
    let pat = first_id(&router, "/me/tokens", &with).await;
    let code_id = first_id(&router, "/security-codes", &with).await;
    world.clock.advance(Duration::from_secs(10 * 60));
    let (token_path, code_path) = (format!("/me/tokens/{pat}"), format!("/security-codes/{code_id}"));
    let grave = [
        ("POST", "/me/tokens".to_owned(), NEW),
        ("POST", format!("{token_path}/rotate"), "{}"),
        ("PATCH", "/users/bill".to_owned(), "{\"token_login_allowed\":true}"),
        ("POST", "/security-codes".to_owned(), code),
        ("PATCH", code_path.clone(), "{\"expires_at\":\"2040-01-01T00:00:00Z\"}"),
        ("PATCH", code_path.clone(), "{\"expires_at\":\"2040-01-01T00:00:00Z\",\"description\":\"a\"}"),
        ("POST", format!("{code_path}/make-permanent"), ""),
        ("POST", format!("{code_path}/reset"), ""),
        ("POST", format!("{code_path}/reactivate"), ""),
        ("POST", "/clients".to_owned(), "{\"display_name\":\"new\"}"),
        ("PATCH", "/clients/app".to_owned(), "{\"disabled\":false}"),
        ("PATCH", "/clients/app".to_owned(), "{\"disabled\":true,\"grants\":[\"password\"]}"),
        ("PATCH", "/clients/app".to_owned(), "{\"scopes\":null}"),
        ("POST", "/clients/app/secrets".to_owned(), "{}"),
        ("PATCH", "/settings".to_owned(), "{\"pat_max_days\":90}"),
    ];
    for (method, path, body) in &grave {
        let outcome = ask(&router, method, path, &with, body).await.outcome();
        assert_eq!(outcome, (403, "stale-session".into(), None), "{method} {path} {body}");
    }
    // These operations read, describe or remove rights. Deletions come last, because later requests for the deleted
    // objects would fail.
    for (method, path, body, status) in [
        ("GET", "/me/tokens", "", 200),
        ("GET", "/users", "", 200),
        ("GET", "/users/bill/tokens", "", 200),
        ("GET", "/security-codes", "", 200),
        ("GET", "/clients", "", 200),
        ("GET", "/settings", "", 200),
        ("PATCH", &code_path, "{\"description\":\"other words\"}", 200),
        ("PATCH", "/users/bill", "{\"token_login_allowed\":false}", 200),
        ("PATCH", "/clients/app", "{\"disabled\":true}", 200),
        ("DELETE", &format!("/users/sue/tokens/{pat}"), "", 204),
        ("DELETE", &token_path, "", 204),
        ("DELETE", &code_path, "", 204),
        ("DELETE", "/clients/app", "", 204),
    ] {
        let answer = ask(&router, method, path, &with, body).await;
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
    }
    let fresh = open(&world, "sue").await;
    let (cookie, token) = (cookie_of(&fresh), token_of(&fresh));
    let with = [("cookie", cookie.as_str()), ("x-csrf-token", token.as_str())];
    assert_eq!(ask(&router, "POST", "/me/tokens", &with, NEW).await.status, 201, "a fresh session may");
}

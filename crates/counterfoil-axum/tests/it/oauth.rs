//! Tests the OAuth endpoints over HTTP.

use std::time::Duration;

use crate::support::{Answer, SECRET, World, basic, send, world};
use axum::body::Body;
use counterfoil_axum::{Issuer, Metadata, Source, Sources};
use http::Request;

const FORM: &str = "application/x-www-form-urlencoded";

async fn post(world: &World, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::post(path).extension(Source::from(std::net::IpAddr::from([192, 0, 2, 7])));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = send(&world.router, request.body(Body::from(body.to_owned())).expect("a request")).await;
    // Requirement SYN-TOKEN 10 applies to every response, including errors.
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
    assert_eq!(answer.header("pragma"), Some("no-cache"), "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
    answer
}

#[tokio::test]
async fn syn_token_1_a_client_proves_itself_by_basic_or_by_form_and_never_by_both() {
    let world = world().await;
    let own = basic("app", SECRET);
    let login = "grant_type=password&username=bill&password=bill";
    let form = [("content-type", FORM)];
    let basic = [("content-type", FORM), ("authorization", own.as_str())];
    assert_eq!(post(&world, "/token", &basic, login).await.status, 200);
    let by_form = format!("{login}&client_id=app&client_secret={SECRET}");
    assert_eq!(post(&world, "/token", &form, &by_form).await.status, 200);
    assert_eq!(post(&world, "/token", &form, &format!("{login}&client_id=open")).await.status, 200, "a public client");
    assert_eq!(post(&world, "/token", &basic, &format!("{login}&client_id=app")).await.status, 200, "named again");
    for (why, body) in [("both", by_form.as_str()), ("another name", &format!("{login}&client_id=open"))] {
        assert_eq!(
            post(&world, "/token", &basic, body).await.outcome(),
            (400, "invalid_request".into(), None),
            "{why}"
        );
    }
    let twice = [("content-type", FORM), ("authorization", own.as_str()), ("authorization", own.as_str())];
    assert_eq!(post(&world, "/token", &twice, login).await.outcome(), (400, "invalid_request".into(), None));
}

#[tokio::test]
async fn syn_token_10_every_error_has_its_code_and_status() {
    let world = world().await;
    let own = basic("app", SECRET);
    let good = [("content-type", FORM), ("authorization", own.as_str())];
    let long = format!("grant_type=password&username=bill&password={}", "x".repeat(8 * 1024));
    let many: String = (0..33).map(|at| format!("p{at}=1&")).collect();
    for (body, status, code) in [
        ("", 400, "invalid_request"),
        ("grant_type=", 400, "invalid_request"),
        ("grant_type=password&username=bill", 400, "invalid_request"),
        ("grant_type=refresh_token", 400, "invalid_request"),
        ("grant_type=password&username=bill&password=bill&remember=1", 400, "invalid_request"),
        ("grant_type=password&grant_type=password&username=bill&password=bill", 400, "invalid_request"),
        ("grant_type=password&username=bill&password=bill&x=1&x=2", 400, "invalid_request"),
        ("grant_type=password&username=%zz&password=bill", 400, "invalid_request"),
        ("grant_type=client_credentials", 400, "unauthorized_client"),
        ("grant_type=device_code", 400, "unsupported_grant_type"),
        ("grant_type=password&username=bill&password=wrong", 400, "invalid_grant"),
        ("grant_type=password&username=nobody&password=bill", 400, "invalid_grant"),
        ("grant_type=refresh_token&refresh_token=cfr_x", 400, "invalid_grant"),
        ("grant_type=password&username=bill&password=bill&scope=a%22b", 400, "invalid_scope"),
        (&long, 413, "invalid_request"),
        (&many, 413, "invalid_request"),
    ] {
        let outcome = post(&world, "/token", &good, body).await.outcome();
        assert_eq!((outcome.0, outcome.1.as_str()), (status, code), "{}", &body[..body.len().min(80)]);
    }
    for headers in [
        vec![("authorization", own.as_str())],
        vec![("authorization", own.as_str()), ("content-type", "application/json")],
        vec![("authorization", own.as_str()), ("content-type", FORM), ("content-type", FORM)],
        vec![("authorization", own.as_str()), ("content-type", "multipart/form-data; boundary=x")],
    ] {
        let outcome = post(&world, "/token", &headers, "grant_type=password").await.outcome();
        assert_eq!((outcome.0, outcome.1.as_str()), (400, "invalid_request"), "{headers:?}");
    }
    let machine = basic("rs", SECRET);
    let headers = [("content-type", FORM), ("authorization", machine.as_str())];
    let outcome = post(&world, "/token", &headers, "grant_type=password&username=bill&password=bill").await.outcome();
    assert_eq!((outcome.0, outcome.1.as_str()), (400, "unauthorized_client"));
}

#[tokio::test]
async fn syn_token_10_a_client_that_is_not_proved_is_401_with_a_challenge_and_all_alike() {
    let world = world().await;
    let mut outcomes = Vec::new();
    for authorization in [basic("nobody", SECRET), basic("app", "wrong"), basic("open", SECRET)] {
        let headers = [("content-type", FORM), ("authorization", authorization.as_str())];
        let answer = post(&world, "/token", &headers, "grant_type=password&username=bill&password=bill").await;
        assert_eq!(answer.header("www-authenticate"), Some("Basic realm=\"default\""));
        outcomes.push((answer.status, answer.text));
    }
    for more in [None, Some(("authorization", "Basic !"))] {
        let headers: Vec<_> = [("content-type", FORM)].into_iter().chain(more).collect();
        let answer = post(&world, "/token", &headers, "grant_type=password").await;
        assert_eq!(answer.outcome(), (401, "invalid_client".into(), None), "{more:?}");
        assert_eq!(answer.header("www-authenticate"), Some("Basic realm=\"default\""), "{more:?}");
    }
    assert!(outcomes.iter().all(|one| *one == outcomes[0] && one.0 == 401), "{outcomes:?}");
}

#[tokio::test]
async fn syn_token_3_an_unknown_user_and_a_wrong_password_get_one_answer_and_one_count_of_hashes() {
    let world = world().await;
    let mut seen = Vec::new();
    for form in ["username=bill&password=wrong", "username=nobody&password=bill", "username=AD%5Cbill&password=bill"] {
        let before = world.people.hashes();
        let answer = world.form("/token", &format!("grant_type=password&{form}")).await;
        let headers: Vec<_> = answer.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        seen.push((answer.status, headers, answer.text, world.people.hashes() - before));
    }
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
    assert!(seen[0].3 > 0, "the counter counts");
}

#[tokio::test]
async fn syn_token_10_another_method_is_405_with_allow() {
    let world = world().await;
    for path in ["/token", "/revoke", "/introspect"] {
        for method in ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"] {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("x-http-method-override", "POST")
                .body(Body::empty())
                .expect("a request");
            let answer = send(&world.router, request).await;
            assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some("POST")), "{method} {path}");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.header("content-type"), Some("application/json"));
        }
    }
}

#[tokio::test]
async fn syn_token_12_in_back_off_the_right_password_is_refused_too_with_retry_after() {
    let world = world().await;
    for _ in 0..10 {
        assert_eq!(world.form("/token", "grant_type=password&username=bill&password=wrong").await.status, 400);
    }
    let waits = world.form("/token", "grant_type=password&username=bill&password=bill").await;
    assert_eq!(waits.outcome(), (429, "slow_down".into(), None));
    assert_eq!(waits.header("retry-after"), Some("60"));
    let elsewhere = Request::post("/token")
        .header("authorization", basic("app", SECRET))
        .header("content-type", FORM)
        .extension(Source::from(std::net::IpAddr::from([192, 0, 2, 8])))
        .body(Body::from("grant_type=password&username=bill&password=bill"))
        .expect("a request");
    assert_eq!(send(&world.router, elsewhere).await.status, 200, "nobody is locked out elsewhere");
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(world.form("/token", "grant_type=password&username=bill&password=bill").await.status, 200);
}

#[tokio::test]
async fn syn_token_9_revocation_and_introspection_over_http() {
    let world = world().await;
    let (access, refresh) = world.sign_in("bill", Some("demo:read")).await;
    let outcome = world.form("/introspect", &format!("token={access}&token_type_hint=refresh_token")).await.json();
    for (name, value) in
        [("active", "true"), ("scope", "\"demo:read\""), ("client_id", "\"app\""), ("username", "\"bill\"")]
    {
        assert_eq!(outcome[name].to_string(), value);
    }
    for (name, value) in [("token_type", "\"bearer\""), ("sub", "\"bill\""), ("kind", "\"access_token\"")] {
        assert_eq!(outcome[name].to_string(), value);
    }
    assert_eq!(outcome["exp"].as_u64().expect("exp") - outcome["iat"].as_u64().expect("iat"), 600);
    let machine = basic("rs", SECRET);
    assert_eq!(world.form_as("/introspect", &machine, &format!("token={access}")).await.json()["active"], true);
    assert_eq!(world.form_as("/introspect", &machine, "token=nonsense").await.text, "{\"active\":false}");
    assert_eq!(world.form_as("/introspect", "Basic !", &format!("token={access}")).await.status, 401);
    let foreign = world.form_as("/revoke", &machine, &format!("token={refresh}")).await;
    assert_eq!(foreign.outcome(), (400, "unauthorized_client".into(), None));
    assert_eq!(world.form("/revoke", "token=nonsense").await.status, 200);
    assert_eq!(world.form("/revoke", "").await.outcome(), (400, "invalid_request".into(), None));
    assert_eq!(world.form("/revoke", &format!("token={refresh}")).await.status, 200);
    assert_eq!(world.form("/introspect", &format!("token={access}")).await.text, "{\"active\":false}");
}

#[tokio::test]
async fn all_kinds_5_an_outage_is_503_temporarily_unavailable() {
    let world = world().await;
    world.people.set_unavailable(true);
    let answer = world.form("/token", "grant_type=password&username=bill&password=bill").await;
    assert_eq!(answer.outcome(), (503, "temporarily_unavailable".into(), None));
    assert_eq!(answer.header("retry-after"), Some("2"), "fault C8");
}

#[tokio::test(start_paused = true)]
async fn t13_a_slow_body_is_408_and_a_body_that_announces_too_much_is_not_read() {
    let world = world().await;
    for (path, status, code) in [("/token", 408, "invalid_request"), ("/api/v1/me/tokens", 408, "too-slow")] {
        let (access, _) = world.sign_in("bill", None).await;
        let request = Request::post(path)
            .header("content-type", if path == "/token" { FORM } else { "application/json" })
            .header("authorization", format!("Bearer {access}"))
            .extension(Source::Unknown)
            .body(Body::from_stream(Dawdling))
            .expect("a request");
        let answer = send(&world.router, request).await;
        assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (status, code));
    }
}

/// A body that never sends a byte.
struct Dawdling;

impl futures_core::Stream for Dawdling {
    type Item = Result<bytes::Bytes, std::io::Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Pending
    }
}

/// Makes a handle. Its policy has a list of known scope tokens.
fn with_scopes() -> counterfoil::Counterfoil {
    let mut policy = counterfoil::policy::Policy::default();
    policy.scopes = counterfoil::types::KnownScopes::new(["demo:read"]).ok();
    counterfoil::Counterfoil::builder()
        .policy(policy)
        .key_ring(counterfoil::KeyRing::generate_from_system().expect("a ring"))
        .store(counterfoil::memory::MemoryStore::default())
        .directory(std::sync::Arc::new(counterfoil::memory::MemoryDirectory::default()))
        .build()
        .expect("a handle")
}

fn issuer(text: &str) -> Issuer {
    Issuer::new(text).expect("an issuer")
}

#[tokio::test]
async fn rfc_8414_the_metadata_say_what_is_mounted_and_nothing_else() {
    let ask = async |metadata: Metadata| {
        let router = counterfoil_axum::metadata(metadata).into();
        let request = Request::get("/.well-known/oauth-authorization-server").body(Body::empty()).expect("a request");
        send(&router, request).await.json()
    };
    let counterfoil = with_scopes();
    let all = Metadata::new(issuer("https://auth.example.com/"), &counterfoil);
    let all = ask(all.token("/token").revocation("/revoke").introspection("/introspect")).await;
    assert_eq!(all["issuer"], "https://auth.example.com/", "as it was given");
    assert_eq!(all["token_endpoint"], "https://auth.example.com/token");
    assert_eq!(all["grant_types_supported"], serde_json::json!(["password", "refresh_token", "client_credentials"]));
    let scopes = all["scopes_supported"].as_array().expect("scopes");
    assert!(scopes.contains(&"demo:read".into()) && scopes.contains(&"settings:manage".into()));
    let without_logins = counterfoil::Counterfoil::builder()
        .policy(counterfoil::policy::Policy::open())
        .store(counterfoil::memory::MemoryStore::default())
        .accounts(counterfoil::memory::MemoryDirectory::default())
        .build()
        .expect("a handle");
    let fewer = ask(Metadata::new(issuer("https://auth.example.com"), &without_logins).token("/token")).await;
    assert_eq!(
        fewer["grant_types_supported"],
        serde_json::json!(["refresh_token", "client_credentials"]),
        "no password can be tested"
    );
    let none = ask(Metadata::new(issuer("https://auth.example.com"), &counterfoil)).await;
    for absent in ["token_endpoint", "revocation_endpoint", "introspection_endpoint", "grant_types_supported"] {
        assert!(none.get(absent).is_none(), "{absent}");
    }
    let router = counterfoil_axum::metadata(Metadata::new(issuer("https://auth.example.com"), &counterfoil)).into();
    let request = Request::post("/.well-known/oauth-authorization-server").body(Body::empty()).expect("a request");
    let answer = send(&router, request).await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some("GET,HEAD")));
}

#[tokio::test]
async fn fault_c5_no_list_is_empty_and_an_issuers_path_follows_the_well_known_one() {
    let issuer = issuer("https://auth.example.com/tenant/a/");
    let routes = counterfoil_axum::metadata(Metadata::new(issuer, &with_scopes()).token("/token"));
    let (router, document) = utoipa_axum::router::OpenApiRouter::from(routes).split_for_parts();
    let place = "/.well-known/oauth-authorization-server/tenant/a";
    let get = async |path: &str| send(&router, Request::get(path).body(Body::empty()).expect("a request")).await;
    let outcome = get(place).await.json();
    assert_eq!(outcome["issuer"], "https://auth.example.com/tenant/a/");
    assert_eq!(outcome["token_endpoint"], "https://auth.example.com/tenant/a/token");
    let members = outcome.as_object().expect("an object");
    assert!(members.values().all(|value| value.as_array().is_none_or(|list| !list.is_empty())), "{outcome}");
    assert!(!members.contains_key("response_types_supported"));
    for elsewhere in ["/.well-known/oauth-authorization-server", "/tenant/a/.well-known/oauth-authorization-server"] {
        assert_eq!(get(elsewhere).await.status, 404, "{elsewhere}");
    }
    assert_eq!(document.paths.paths.keys().collect::<Vec<_>>(), [place], "the document says so too");
}

#[tokio::test]
async fn host_51_a_host_adds_a_method_of_its_own_at_the_path_of_an_endpoint() {
    let world = world().await;
    let own = axum::Router::new().route("/token", axum::routing::get(async || "own"));
    let router = own.merge(counterfoil_axum::token(world.counterfoil.clone(), Sources::Extension));
    let ask = async |method: &str| {
        let request = Request::builder().method(method).uri("/token").body(Body::empty()).expect("a request");
        send(&router, request).await
    };
    assert_eq!(ask("GET").await.text, "own");
    let refused = ask("PUT").await;
    assert_eq!((refused.status.as_u16(), refused.header("allow")), (405, Some("GET,HEAD,POST")));
}

#[tokio::test]
async fn host_50_the_api_is_nested_below_a_path_with_a_variable() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let router = axum::Router::new()
        .nest("/tenants/{tenant}", axum::Router::from(counterfoil_axum::me_tokens(world.counterfoil.clone())));
    let ask = async |request: http::request::Builder, body: &str| {
        let request = request.header("authorization", format!("Bearer {bill}"));
        send(&router, request.body(Body::from(body.to_owned())).expect("a request")).await
    };
    let new = Request::post("/tenants/7/me/tokens").header("content-type", "application/json");
    let made = ask(new, r#"{"label":"one","expires_in_days":1}"#).await;
    let place = made.header("location").expect("a location").to_owned();
    assert!(made.status == 201 && place.starts_with("/tenants/7/me/tokens/"), "{made:?}");
    assert_eq!(ask(Request::get(place), "").await.status, 200);
}

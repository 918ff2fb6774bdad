//! Tests the layers and extractors with an axum service.

use std::time::Duration;

use crate::support::{Answer, World, send, world};
use axum::Router;
use axum::body::Body;
use axum::routing::{any, get};
use counterfoil::types::TokenKind;
use counterfoil::{Lifetime, NewPersonalAccessToken, Presenter, Role};
use counterfoil_axum::{AuthenticateLayer, Authentication, Principal, Rejection, RequireScopeLayer};
use http::{HeaderValue, Request, Response, StatusCode};
use tower::{Layer as _, Service as _, ServiceExt as _, service_fn};

/// A test case: its description, the values of the header `Authorization`, the expected status and the expected
/// challenge.
type Case<'a> = (&'a str, Vec<&'a [u8]>, u16, Option<&'a str>);

async fn name(who: Principal) -> String {
    who.name().to_owned()
}

async fn maybe(who: Option<Principal>) -> String {
    who.map_or("nobody".to_owned(), |who| who.name().to_owned())
}

async fn decides(who: Result<Principal, Rejection>) -> String {
    match who {
        Ok(who) => who.name().to_owned(),
        Err(rejection) => format!("refused: {}", rejection.status().as_u16()),
    }
}

async fn writes(who: Principal) -> Result<String, Rejection> {
    who.require_any(&["demo:write", "demo:admin"])?;
    who.require_role(Role::Member)?;
    Ok(who.name().to_owned())
}

fn guarded(world: &World) -> Router {
    let required = AuthenticateLayer::required(world.counterfoil.clone());
    let optional = AuthenticateLayer::optional(world.counterfoil.clone());
    let scoped = Router::new()
        .route("/scoped", any(async || "in"))
        .layer(RequireScopeLayer::new("demo:read"))
        .layer(optional.clone());
    Router::new()
        .route("/required", get(name).options(async || "preflight"))
        .route("/writes", get(writes))
        .layer(required)
        .merge(Router::new().route("/optional", get(maybe)).route("/decides", get(decides)).layer(optional))
        .merge(scoped)
        .merge(Router::new().route("/bare", get(name)).route("/bare-option", get(maybe)))
        .merge(Router::new().route("/bare-scope", get(async || "in")).layer(RequireScopeLayer::new("demo:read")))
}

async fn get_with(router: &Router, path: &str, values: &[&[u8]]) -> Answer {
    let mut request = Request::get(path).body(Body::empty()).expect("a request");
    for value in values {
        request.headers_mut().append("authorization", HeaderValue::from_bytes(value).expect("a value"));
    }
    send(router, request).await
}

async fn pat(world: &World, label: &str, scope: Option<&str>) -> String {
    let bill = world.people_account("bill");
    let new = NewPersonalAccessToken::new(label, Lifetime::Days(1)).with_scope(scope.map(World::scope));
    let issued =
        world.counterfoil.create_personal_access_token(&Presenter::signed_in(&bill), &new).await.expect("a token");
    issued.token.expose_secret().to_owned()
}

#[tokio::test]
async fn rfc_6750_3_every_outcome_has_its_status_and_challenge() {
    let world = world().await;
    let router = guarded(&world);
    let good = format!("Bearer {}", pat(&world, "one", None).await);
    let bare = Some("Bearer realm=\"default\"");
    let malformed = Some("Bearer realm=\"default\", error=\"invalid_request\"");
    let invalid = Some("Bearer realm=\"default\", error=\"invalid_token\"");
    let mistyped = good.replace("cfp_", "cfp_x");
    let refresh = format!("Bearer {}", world.sign_in("bill", None).await.1);
    let spaced = good.replacen(' ', "  ", 1);
    let cases: Vec<Case<'_>> = vec![
        ("good", vec![good.as_bytes()], 200, None),
        ("none", vec![], 401, bare),
        ("another scheme", vec![b"Basic Og=="], 401, bare),
        ("twice", vec![good.as_bytes(), good.as_bytes()], 400, malformed),
        ("twice with another", vec![b"Basic Og==", good.as_bytes()], 400, malformed),
        ("two blanks: fault C6", vec![spaced.as_bytes()], 200, None),
        ("no token", vec![b"Bearer"], 400, malformed),
        ("high bytes", vec![b"Bearer \xFF\xFE"], 400, malformed),
        ("comma", vec![b"Bearer a, Bearer b"], 400, malformed),
        ("mistyped", vec![mistyped.as_bytes()], 401, invalid),
        ("nonsense", vec![b"Bearer nonsense"], 401, invalid),
        ("another kind", vec![refresh.as_bytes()], 401, invalid),
    ];
    for (case, values, status, challenge) in cases {
        let answer = get_with(&router, "/required", &values).await;
        assert_eq!(answer.status, status, "{case}");
        assert_eq!(answer.header("www-authenticate"), challenge, "{case}");
        if status != 200 {
            assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{case}");
        }
    }
    let upper = good.replace("Bearer", "bEARER");
    assert_eq!(get_with(&router, "/required", &[upper.as_bytes()]).await.text, "bill");
}

#[tokio::test]
async fn host_3_a_handler_requires_a_scope_and_is_answered_for_as_by_the_layer() {
    let world = world().await;
    let router = guarded(&world);
    for (label, scope, passes) in
        [("all", None, true), ("admin", Some("demo:admin"), true), ("reads", Some("demo:read"), false)]
    {
        let bearer = format!("Bearer {}", pat(&world, label, scope).await);
        let answer = get_with(&router, "/writes", &[bearer.as_bytes()]).await;
        if passes {
            assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "bill"), "{label}");
            continue;
        }
        let challenge = "Bearer realm=\"default\", error=\"insufficient_scope\", scope=\"demo:write\"";
        assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (403, Some(challenge)), "{label}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
}

#[tokio::test]
async fn all_kinds_3_refusals_of_every_reason_are_the_same_bytes() {
    let world = world().await;
    let router = guarded(&world);
    let (expired, revoked, suspended) =
        (pat(&world, "e", None).await, pat(&world, "r", None).await, pat(&world, "s", None).await);
    let bill = Presenter::signed_in(&world.people_account("bill"));
    let id = world.counterfoil.verify(&revoked).await.expect("live").credential_id();
    world.counterfoil.delete_personal_access_token(&bill, &id).await.expect("deleted");
    let ask = async |token: &str| {
        let answer = get_with(&router, "/required", &[format!("Bearer {token}").as_bytes()]).await;
        (answer.status, answer.header("www-authenticate").map(str::to_owned), answer.text)
    };
    let unknown = ask("nonsense").await;
    assert_eq!(unknown.0, 401);
    assert_eq!(ask(&revoked).await, unknown);
    world.people.set_disabled(&crate::support::subject("bill"), true);
    assert_eq!(ask(&suspended).await, unknown);
    world.people.set_disabled(&crate::support::subject("bill"), false);
    assert_eq!(ask(&suspended).await.0, 200);
    world.clock.advance(Duration::from_secs(86_400));
    assert_eq!(ask(&expired).await, unknown);
}

#[tokio::test]
async fn all_kinds_5_an_outage_is_503_and_no_refusal() {
    let world = world().await;
    let router = guarded(&world);
    let good = format!("Bearer {}", pat(&world, "one", None).await);
    world.people.set_unavailable(true);
    for path in ["/required", "/optional"] {
        let answer = get_with(&router, path, &[good.as_bytes()]).await;
        assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (503, None), "{path}");
        assert_eq!(answer.header("retry-after"), Some("2"), "fault C8: {path}");
    }
    assert_eq!(get_with(&router, "/decides", &[good.as_bytes()]).await.text, "refused: 503");
}

#[tokio::test]
async fn optional_lets_a_request_without_credential_through_and_refuses_a_bad_one() {
    let world = world().await;
    let router = guarded(&world);
    let good = format!("Bearer {}", pat(&world, "one", None).await);
    assert_eq!(get_with(&router, "/optional", &[]).await.text, "nobody");
    assert_eq!(get_with(&router, "/optional", &[good.as_bytes()]).await.text, "bill");
    assert_eq!(get_with(&router, "/optional", &[b"Bearer nonsense"]).await.status, 401);
    assert_eq!(get_with(&router, "/optional", &[b"Bearer"]).await.status, 400);
    assert_eq!(get_with(&router, "/decides", &[]).await.text, "refused: 401");
    assert_eq!(get_with(&router, "/decides", &[b"Bearer"]).await.text, "refused: 400");
    assert_eq!(get_with(&router, "/decides", &[good.as_bytes()]).await.text, "bill");
}

#[tokio::test]
async fn syn_token_8_the_scope_layer_asks_for_a_scope_token() {
    let world = world().await;
    let router = guarded(&world);
    let ask = async |scope: Option<&str>, label: &str| {
        let token = pat(&world, label, scope).await;
        get_with(&router, "/scoped", &[format!("Bearer {token}").as_bytes()]).await
    };
    assert_eq!(ask(Some("demo:read demo:write"), "a").await.text, "in");
    assert_eq!(ask(None, "b").await.text, "in", "a credential without a scope may do all that its owner may");
    let refused = ask(Some("demo:write"), "c").await;
    assert_eq!(refused.outcome(), (403, "insufficient-scope".into(), None));
    let challenge = "Bearer realm=\"default\", error=\"insufficient_scope\", scope=\"demo:read\"";
    assert_eq!(refused.header("www-authenticate"), Some(challenge));
    assert_eq!(get_with(&router, "/scoped", &[]).await.status, 401);
    assert_eq!(get_with(&router, "/scoped", &[b"Bearer"]).await.status, 400);
}

#[tokio::test]
async fn a_missing_layer_is_logged_as_an_error() {
    let world = world().await;
    for path in ["/bare", "/bare-option", "/bare-scope"] {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = guarded(&world).oneshot(request).await.expect("infallible");
        assert_eq!(response.status(), 500, "{path}");
    }
}

#[tokio::test]
async fn fault_c14_a_forged_preflight_runs_no_handler() {
    let world = world().await;
    let router = guarded(&world);
    let preflight = |path: &str| {
        Request::options(path)
            .header("origin", "https://example.com")
            .header("access-control-request-method", "GET")
            .body(Body::empty())
            .expect("a request")
    };
    // Both routes could run a handler for a preflight: `/scoped` takes any method, and `/required` has a handler for
    // `OPTIONS`.
    for path in ["/required", "/scoped"] {
        let answer = send(&router, preflight(path)).await;
        assert_eq!(answer.outcome(), (401, "unauthenticated".into(), None), "{path}");
    }
    let unguarded = router.oneshot(preflight("/bare-scope")).await.expect("infallible");
    assert_eq!(unguarded.status(), 500);

    let passes = AuthenticateLayer::required(world.counterfoil.clone()).pass_preflights();
    let router = Router::new()
        .route("/any", any(async || "in"))
        .route("/name", any(name))
        .layer(RequireScopeLayer::new("demo:read"))
        .layer(passes);
    assert_eq!(send(&router, preflight("/any")).await.text, "in", "the host opted in");
    assert_eq!(send(&router, preflight("/name")).await.status, 401, "it is nobody");
    for missing in ["origin", "access-control-request-method"] {
        let mut request = preflight("/any");
        request.headers_mut().remove(missing);
        assert_eq!(send(&router, request).await.status, 401, "{missing}");
    }
    let mut get = preflight("/any");
    *get.method_mut() = http::Method::GET;
    assert_eq!(send(&router, get).await.status, 401, "a header makes no preflight");
    let mut wrong = preflight("/any");
    wrong.headers_mut().insert("authorization", HeaderValue::from_static("Bearer x"));
    assert_eq!(send(&router, wrong).await.status, 401, "a credential makes no preflight");
}

#[tokio::test]
async fn the_header_is_sensitive_behind_the_layer_and_the_authentication_travels_in_the_extensions() {
    let world = world().await;
    let token = pat(&world, "one", None).await;
    let inner = service_fn(async |request: Request<()>| {
        let header = request.headers().get("authorization").expect("a header");
        let known = request.extensions().get::<Authentication>().expect("an authentication");
        let shown = format!("{request:?} {known:?}");
        Ok::<_, std::convert::Infallible>(Response::new(format!(
            "{} {}",
            header.is_sensitive(),
            shown.contains("cfp_")
        )))
    });
    let mut service = AuthenticateLayer::optional(world.counterfoil.clone()).layer(inner);
    let request = Request::builder().header("authorization", format!("Bearer {token}")).body(()).expect("a request");
    let response = service.ready().await.expect("ready").call(request).await.expect("infallible");
    assert_eq!(response.into_body(), "true false");
}

#[tokio::test]
async fn a_host_gives_refusals_its_own_shape() {
    let world = world().await;
    let shape = |rejection: &Rejection| {
        let mut response = Response::new(Body::from(format!("no: {rejection}")));
        *response.status_mut() = match rejection.kind().name() {
            "unauthenticated" => StatusCode::IM_A_TEAPOT,
            _ => rejection.status(),
        };
        response
    };
    let router: Router = Router::new()
        .route("/", get(name))
        .layer(AuthenticateLayer::required(world.counterfoil.clone()).refuse_with(shape));
    let answer = get_with(&router, "/", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (418, "no: a bearer credential is needed"));
}

#[tokio::test]
async fn what_an_outer_layer_found_out_is_not_asked_again() {
    let world = world().await;
    let token = pat(&world, "one", None).await;
    let known = world.counterfoil.verify(&token).await.expect("live");
    assert_eq!(known.kind(), TokenKind::PersonalAccessToken);
    let router: Router =
        Router::new().route("/", get(name)).layer(AuthenticateLayer::required(world.counterfoil.clone()));
    let mut request = Request::get("/").body(Body::empty()).expect("a request");
    request.extensions_mut().insert(Authentication::active(known));
    world.people.set_unavailable(true);
    assert_eq!(send(&router, request).await.text, "bill");
}

#[tokio::test]
async fn t3_tokens_in_query_cookie_or_body_are_not_read() {
    let world = world().await;
    let router = guarded(&world);
    let token = pat(&world, "one", None).await;
    let request = Request::get(format!("/required?access_token={token}"))
        .header("cookie", format!("access_token={token}; session={token}"))
        .header("x-authorization", format!("Bearer {token}"))
        .header("proxy-authorization", format!("Bearer {token}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("access_token={token}")))
        .expect("a request");
    assert_eq!(send(&router, request).await.status, 401);
}

/// Makes a handle for another realm with the same directory as `world`.
fn of_another_realm(world: &World) -> counterfoil::Counterfoil {
    counterfoil::Counterfoil::builder()
        .realm(counterfoil::Realm::new("other").expect("a realm"))
        .store(counterfoil::memory::MemoryStore::default())
        .directory(world.people.clone() as std::sync::Arc<dyn counterfoil::directory::Directory>)
        .key_ring(counterfoil::KeyRing::generate_from_system().expect("a key"))
        .clock(world.clock.clone())
        .build()
        .expect("a handle")
}

#[tokio::test]
async fn fault_a3_what_an_outer_layer_of_another_realm_found_out_opens_nothing_here() {
    let world = world().await;
    let there = of_another_realm(&world);
    let sue = world.people_account("sue");
    let opened = there.open_session_for(&sue).await.expect("opened");
    let principal = there.verify_session(opened.token.expose_secret()).await.expect("live");
    let behind = |counterfoil: &counterfoil::Counterfoil| {
        let known = Authentication::active(principal.clone());
        let managed = counterfoil_axum::settings(counterfoil.clone());
        Router::new()
            .route("/who", get(name))
            .layer(AuthenticateLayer::required(counterfoil.clone()))
            .merge(managed)
            .layer(axum::Extension(known))
    };
    for path in ["/who", "/settings"] {
        let refused =
            send(&behind(&world.counterfoil), Request::get(path).body(Body::empty()).expect("a request")).await;
        assert_eq!((refused.status, refused.problem()), (StatusCode::UNAUTHORIZED, "invalid-token".into()), "{path}");
        let own = send(&behind(&there), Request::get(path).body(Body::empty()).expect("a request")).await;
        assert_eq!(own.status, StatusCode::OK, "{path}: where it belongs");
    }
}

#[tokio::test]
async fn fault_a1_a_credential_of_whose_scope_nothing_is_left_is_insufficient_scope() {
    use counterfoil::client::{ClientUpdate, NewClient};
    let world = world().await;
    let (host, client) = (Presenter::host(), "narrow".parse().expect("an id"));
    let new = NewClient::named("narrow").with_id("narrow".parse::<counterfoil::client::ClientId>().expect("an id"));
    world.counterfoil.create_client(&host, new).await.expect("registered");
    let subject = world.people_account("bill").subject().clone();
    let scope = Some(World::scope("demo:read"));
    let sign_in = counterfoil::operations::SignIn::new(&client, &subject).with_scope(scope);
    let granted = world.counterfoil.open_sign_in(&sign_in).await.expect("opened");
    let change = ClientUpdate::default().with_allowed_scope(Some(World::scope("demo:write")));
    world.counterfoil.update_client(&host, &client, change).await.expect("changed");
    let header = format!("Bearer {}", granted.access_token.expose_secret());
    let refused = get_with(&guarded(&world), "/required", &[header.as_bytes()]).await;
    assert_eq!((refused.status, refused.problem()), (StatusCode::FORBIDDEN, "insufficient-scope".into()));
    assert!(refused.header("www-authenticate").is_some_and(|value| value.contains("error=\"insufficient_scope\"")));
}

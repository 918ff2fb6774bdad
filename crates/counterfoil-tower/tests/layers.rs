//! Tests of the layers around a tower service whose body is a `String`, without a framework.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::convert::Infallible;

use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::Policy;
use counterfoil::{Account, Counterfoil, Lifetime, NewPersonalAccessToken, Presenter, Role, SubjectId};
use counterfoil_tower::{AuthenticateLayer, Authentication, Rejection, RequireScopeLayer};
use futures_executor::block_on;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, ORIGIN, WWW_AUTHENTICATE};
use http::{Request, Response};
use tower::{Layer, Service, ServiceExt, service_fn};

/// Makes a handle, and the text of a personal access token with this scope.
fn world(scope: Option<&str>) -> (Counterfoil, String) {
    let ann = Account::new(SubjectId::new("7").unwrap(), "ann", Role::Member);
    let people = MemoryDirectory::default();
    people.insert(ann.clone(), &["ann"], "a password");
    let builder = Counterfoil::builder().policy(Policy::open()).store(MemoryStore::default()).directory(people);
    let counterfoil = builder.build().expect("a handle");
    let scope = scope.map(|scope| scope.parse().expect("a scope"));
    let new = NewPersonalAccessToken::new("one", Lifetime::Days(1)).with_scope(scope);
    let issued =
        block_on(counterfoil.create_personal_access_token(&Presenter::signed_in(&ann), &new)).expect("a token");
    (counterfoil, issued.token.expose_secret().to_owned())
}

/// Responds with the name of the caller.
async fn name(request: Request<()>) -> Result<Response<String>, Infallible> {
    let known = request.extensions().get::<Authentication>().and_then(|known| known.principal().ok());
    Ok(Response::new(known.map(|who| who.name().to_owned()).unwrap_or_default()))
}

/// Sends a request with these values of `Authorization`. Returns the status, the challenge and the body of the
/// response.
fn ask<S>(service: S, authorization: &[&str]) -> (u16, Option<String>, String)
where
    S: Service<Request<()>, Response = Response<String>, Error = Infallible>,
{
    let request = authorization.iter().fold(Request::get("/"), |request, value| request.header(AUTHORIZATION, *value));
    let response = block_on(service.oneshot(request.body(()).expect("a request"))).expect("an answer");
    let challenge = response.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().expect("text").to_owned());
    (response.status().as_u16(), challenge, response.into_body())
}

fn problem(name: &str, status: u16) -> impl Fn((u16, Option<String>, String)) -> Option<String> {
    move |(got, challenge, body)| {
        let written: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!((got, written["status"].as_u64()), (status, Some(u64::from(status))));
        assert_eq!(written["type"], format!("urn:counterfoil:problem:{name}"));
        challenge
    }
}

#[test]
fn a_request_is_refused_as_rfc_6750_says() {
    let (counterfoil, token) = world(None);
    let service = AuthenticateLayer::required(counterfoil).layer(service_fn(name));
    let bearer = format!("Bearer {token}");
    assert_eq!(ask(service.clone(), &[&bearer]), (200, None, "ann".to_owned()));
    let bare = "Bearer realm=\"default\"".to_owned();
    assert_eq!(problem("unauthenticated", 401)(ask(service.clone(), &[])), Some(bare.clone()));
    assert_eq!(problem("unauthenticated", 401)(ask(service.clone(), &["Basic YTpi"])), Some(bare.clone()));
    let with = |error: &str| Some(format!("{bare}, error=\"{error}\""));
    assert_eq!(problem("invalid-request", 400)(ask(service.clone(), &[&bearer, &bearer])), with("invalid_request"));
    assert_eq!(problem("invalid-token", 401)(ask(service, &["Bearer x"])), with("invalid_token"));
}

#[test]
fn an_optional_layer_lets_every_request_through() {
    let (counterfoil, token) = world(None);
    let service = AuthenticateLayer::optional(counterfoil).layer(service_fn(name));
    for (authorization, expected) in [(vec![], ""), (vec!["Bearer x"], ""), (vec![&*format!("Bearer {token}")], "ann")]
    {
        assert_eq!(ask(service.clone(), &authorization), (200, None, expected.to_owned()));
    }
}

#[test]
fn a_scope_is_asked_for_behind_the_authentication() {
    let read = RequireScopeLayer::new("demo:read");
    for (scope, passes) in [(None, true), (Some("demo:read"), true), (Some("demo:write"), false)] {
        let (counterfoil, token) = world(scope);
        let service = AuthenticateLayer::required(counterfoil).layer(read.clone().layer(service_fn(name)));
        let answer = ask(service, &[&format!("Bearer {token}")]);
        if passes {
            assert_eq!(answer, (200, None, "ann".to_owned()), "{scope:?}");
        } else {
            let challenge = problem("insufficient-scope", 403)(answer).expect("a challenge");
            assert_eq!(challenge, "Bearer realm=\"default\", error=\"insufficient_scope\", scope=\"demo:read\"");
        }
    }
}

#[test]
fn one_of_several_scopes_is_enough_and_the_challenge_names_the_first() {
    const EITHER: RequireScopeLayer = RequireScopeLayer::any_of(&["demo:read", "demo:list demo:count"]);
    let asked = |layer: &RequireScopeLayer, scope| {
        let (counterfoil, token) = world(scope);
        let service = AuthenticateLayer::required(counterfoil).layer(layer.layer(service_fn(name)));
        ask(service, &[&format!("Bearer {token}")])
    };
    for scope in [None, Some("demo:read"), Some("demo:read else"), Some("demo:count demo:list")] {
        assert_eq!(asked(&EITHER, scope), (200, None, "ann".to_owned()), "{scope:?}");
    }
    for scope in ["demo:write", "demo:list", "demo:count"] {
        let challenge = problem("insufficient-scope", 403)(asked(&EITHER, Some(scope))).expect("a challenge");
        assert_eq!(challenge, "Bearer realm=\"default\", error=\"insufficient_scope\", scope=\"demo:read\"");
    }
    assert_eq!(asked(&RequireScopeLayer::any_of(&[]), Some("demo:read")).0, 403, "an empty list");
}

#[test]
fn a_scope_layer_without_an_authentication_layer_fails_closed() {
    for layer in [RequireScopeLayer::new("demo:read"), RequireScopeLayer::any_of(&["demo:read"])] {
        let alone = layer.layer(service_fn(name));
        assert_eq!(problem("layer-missing", 500)(ask(alone, &["Bearer x"])), None);
    }
}

#[test]
fn a_host_gives_refusals_another_shape() {
    let (counterfoil, _) = world(None);
    let shape = |rejection: &Rejection| {
        let mut response = Response::new(rejection.kind().name().to_owned());
        *response.status_mut() = rejection.status();
        response
    };
    let service = AuthenticateLayer::required(counterfoil).refuse_with(shape).layer(service_fn(name));
    assert_eq!(ask(service, &[]), (401, None, "unauthenticated".to_owned()));
}

/// Sends a CORS preflight with these values of `Authorization`. Returns the status and the body of the response.
fn preflight<S>(service: S, authorization: &[&str]) -> (u16, String)
where
    S: Service<Request<()>, Response = Response<String>, Error = Infallible>,
{
    let request =
        Request::options("/").header(ORIGIN, "https://example.com").header(ACCESS_CONTROL_REQUEST_METHOD, "GET");
    let request = authorization.iter().fold(request, |request, value| request.header(AUTHORIZATION, *value));
    let response = block_on(service.oneshot(request.body(()).expect("a request"))).expect("an answer");
    (response.status().as_u16(), response.into_body())
}

/// A handler that takes any method. The response says that the handler ran, and who the caller is.
async fn ran(request: Request<()>) -> Result<Response<String>, Infallible> {
    Ok(name(request).await?.map(|who| format!("ran for {who:?}")))
}

#[test]
fn fault_c14_a_forged_preflight_runs_no_handler() {
    let (counterfoil, _) = world(None);
    let scope = RequireScopeLayer::new("demo:read");
    let (required, optional) =
        (AuthenticateLayer::required(counterfoil.clone()), AuthenticateLayer::optional(counterfoil));
    for (status, body) in [
        preflight(required.layer(service_fn(ran)), &[]),
        preflight(required.layer(scope.layer(service_fn(ran))), &[]),
        preflight(optional.layer(scope.layer(service_fn(ran))), &[]),
    ] {
        assert_eq!((status, body.contains("ran")), (401, false), "{body}");
    }
    let (status, body) = preflight(scope.layer(service_fn(ran)), &[]);
    assert_eq!((status, body.contains("ran")), (500, false), "{body}");
    // An optional layer runs the service without a caller, as for any request without a credential.
    assert_eq!(preflight(optional.layer(service_fn(ran)), &[]), (200, "ran for \"\"".to_owned()));
}

#[test]
fn fault_c14_where_the_host_opts_in_a_preflight_passes_layer_and_guard_for_nobody() {
    let (counterfoil, token) = world(Some("demo:write"));
    let guarded = RequireScopeLayer::new("demo:read").layer(service_fn(ran));
    let nobody = (200, "ran for \"\"".to_owned());
    for layer in [AuthenticateLayer::required(counterfoil.clone()), AuthenticateLayer::optional(counterfoil)] {
        let service = layer.clone().pass_preflights().refuse_with(counterfoil_tower::AsProblem).layer(guarded.clone());
        assert_eq!(preflight(service.clone(), &[]), nobody);
        // The first two requests have a credential, and the third does not have the form of a preflight.
        assert_eq!(preflight(service.clone(), &["Bearer x"]).0, 401);
        assert_eq!(preflight(service.clone(), &[&format!("Bearer {token}")]).0, 403);
        assert_eq!(ask(service, &[]).0, 401);
        // `pass_preflights` applies to one layer only. If only the outer layer has it, the inner layer refuses
        // preflights.
        let outer = layer.clone().pass_preflights().layer(layer.layer(guarded.clone()));
        assert_eq!(preflight(outer, &[]).0, 401);
        let inner = layer.clone().layer(layer.clone().pass_preflights().layer(guarded.clone()));
        assert_eq!(preflight(inner, &[]) == nobody, !is_required(&layer));
    }
}

/// Whether a layer refuses a request without a credential.
fn is_required(layer: &AuthenticateLayer) -> bool {
    ask(layer.layer(service_fn(name)), &[]).0 == 401
}

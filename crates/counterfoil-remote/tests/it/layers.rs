//! Tests the layers. Compares them with the layers of counterfoil-tower for the same tokens.

use std::convert::Infallible;

use counterfoil::Realm;
use counterfoil_remote::{AuthenticateLayer, Authentication, Introspection, RequireScopeLayer};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, Response};
use tower::{Layer, Service, ServiceExt, service_fn};

use crate::support::{clock, foreign, serve_answer, world};

/// A handler that answers with the subject of the caller.
async fn subject(request: Request<()>) -> Result<Response<String>, Infallible> {
    assert!(request.headers().get_all(AUTHORIZATION).iter().all(|value| value.is_sensitive()));
    let known = request.extensions().get::<Authentication>().and_then(|known| known.principal().ok());
    Ok(Response::new(known.map(|who| who.subject().to_string()).unwrap_or_default()))
}

async fn local_subject(request: Request<()>) -> Result<Response<String>, Infallible> {
    let known = request.extensions().get::<counterfoil_tower::Authentication>();
    let known = known.and_then(|known| known.principal().ok());
    Ok(Response::new(known.map(|who| who.subject().to_string()).unwrap_or_default()))
}

async fn ask<S>(service: S, authorization: &[&str]) -> (u16, HeaderMap, String)
where
    S: Service<Request<()>, Response = Response<String>, Error = Infallible>,
{
    let request = authorization.iter().fold(Request::get("/"), |request, value| request.header(AUTHORIZATION, *value));
    let response = service.oneshot(request.body(()).expect("a request")).await.expect("an answer");
    (response.status().as_u16(), response.headers().clone(), response.into_body())
}

#[tokio::test]
async fn host_28_a_principal_of_another_verifiers_realm_is_refused() {
    let world = world().await;
    let token = world.token("one", None).await;
    let partner = world.builder().realm(Realm::new("partner").expect("a realm")).build().expect("a verifier");
    let theirs = partner.verify(token.token.expose_secret()).await.expect("active");
    let inner = AuthenticateLayer::required(world.verifier()).layer(service_fn(subject));
    let mut request = Request::get("/").body(()).expect("a request");
    request.extensions_mut().insert(Authentication::active(theirs));
    let answer = inner.oneshot(request).await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 401);
}

#[tokio::test]
async fn host_28_every_request_gets_the_answer_that_the_layers_of_the_core_give() {
    let world = world().await;
    let wide = world.token("wide", None).await;
    let narrow = world.token("narrow", Some("demo:read")).await;
    let gone = world.token("gone", None).await;
    world.revoke(&gone).await;
    let bearer = |text: &str| format!("Bearer {text}");
    let (wide, narrow) = (bearer(wide.token.expose_secret()), bearer(narrow.token.expose_secret()));
    let gone = bearer(gone.token.expose_secret());
    let requests: [&[&str]; 10] = [
        &[],
        &["Basic eDp5"],
        &["Bearer"],
        &["Bearer a b"],
        &["Bearer x", "Bearer x"],
        &["Bearer x"],
        &[&wide],
        &[&narrow],
        &[&gone],
        &[&wide, &wide],
    ];
    for required in [true, false] {
        let (verifier, counterfoil) = (world.verifier(), world.counterfoil.clone());
        let (remote, local) = if required {
            (AuthenticateLayer::required(verifier), counterfoil_tower::AuthenticateLayer::required(counterfoil))
        } else {
            (AuthenticateLayer::optional(verifier), counterfoil_tower::AuthenticateLayer::optional(counterfoil))
        };
        for scope in [None, Some("demo:read"), Some("demo:write")] {
            for request in requests {
                let (here, there) = match scope {
                    None => (
                        ask(remote.layer(service_fn(subject)), request).await,
                        ask(local.layer(service_fn(local_subject)), request).await,
                    ),
                    Some(scope) => {
                        let behind = RequireScopeLayer::new(scope).layer(service_fn(subject));
                        let local_behind =
                            counterfoil_tower::RequireScopeLayer::new(scope).layer(service_fn(local_subject));
                        (ask(remote.layer(behind), request).await, ask(local.layer(local_behind), request).await)
                    }
                };
                assert_eq!(here, there, "required: {required}, scope: {scope:?}, {} headers", request.len());
            }
        }
    }
}

#[tokio::test]
async fn host_28_an_outage_is_503_with_retry_after_also_behind_the_optional_layer() {
    let (endpoint, _) = serve_answer(500, "application/json", "{}").await;
    let verifier = || -> Introspection { foreign(&endpoint, &clock()).build().expect("a verifier") };
    let optional =
        AuthenticateLayer::optional(verifier()).layer(RequireScopeLayer::new("a").layer(service_fn(subject)));
    let required = AuthenticateLayer::required(verifier()).layer(service_fn(subject));
    for (status, headers, _) in [ask(optional, &["Bearer x"]).await, ask(required, &["Bearer x"]).await] {
        assert_eq!(
            (status, headers.get("www-authenticate"), &headers["retry-after"]),
            (503, None, &"2".parse().unwrap())
        );
    }
}

#[tokio::test]
async fn host_28_what_is_known_is_not_asked_again() {
    let world = world().await;
    let service = AuthenticateLayer::required(world.verifier())
        .layer(RequireScopeLayer::new("demo:read").layer(service_fn(subject)));
    let who = world.verifier().verify(world.token("one", None).await.token.expose_secret()).await.expect("active");
    let before = world.requests.get();
    let known = Request::get("/").extension(Authentication::active(who)).body(()).expect("a request");
    assert_eq!(service.clone().oneshot(known).await.expect("an answer").body(), "7");
    assert_eq!(world.requests.get(), before);
}

/// Sends a CORS preflight with these values of `Authorization`, and returns the status of the response.
async fn preflight<S>(service: S, authorization: &[&str]) -> u16
where
    S: Service<Request<()>, Response = Response<String>, Error = Infallible>,
{
    let request = Request::options("/").header("origin", "https://a.example");
    let request = request.header("access-control-request-method", "GET");
    let request = authorization.iter().fold(request, |request, value| request.header(AUTHORIZATION, *value));
    service.oneshot(request.body(()).expect("a request")).await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn fault_c14_a_forged_preflight_runs_no_handler() {
    let world = world().await;
    let never = service_fn(async |_: Request<()>| -> Result<Response<String>, Infallible> { panic!("it ran") });
    let scope = RequireScopeLayer::new("demo:read");
    let verifier = || world.verifier();
    assert_eq!(preflight(AuthenticateLayer::required(verifier()).layer(never), &[]).await, 401);
    assert_eq!(preflight(AuthenticateLayer::required(verifier()).layer(scope.layer(never)), &[]).await, 401);
    assert_eq!(preflight(AuthenticateLayer::optional(verifier()).layer(scope.layer(never)), &[]).await, 401);
    assert_eq!(preflight(scope.layer(never), &[]).await, 500);
}

#[tokio::test]
async fn fault_c14_where_the_host_opts_in_a_preflight_passes_layer_and_guard_for_nobody() {
    let world = world().await;
    let guarded = RequireScopeLayer::new("demo:read").layer(service_fn(subject));
    for layer in [AuthenticateLayer::required(world.verifier()), AuthenticateLayer::optional(world.verifier())] {
        let service = layer.clone().pass_preflights().layer(guarded.clone());
        let before = world.requests.get();
        assert_eq!(preflight(service.clone(), &[]).await, 200);
        assert_eq!(world.requests.get(), before);
        assert_eq!(preflight(service.clone(), &["Bearer x"]).await, 401);
        assert_eq!(ask(service, &[]).await.0, 401);
        let outer = layer.clone().pass_preflights().layer(layer.layer(guarded.clone()));
        assert_eq!(preflight(outer, &[]).await, 401, "each layer decides for itself");
    }
}

#[tokio::test]
async fn host_28_a_scope_layer_without_authentication_is_500_and_no_refusal() {
    let (status, headers, _) = ask(RequireScopeLayer::new("a").layer(service_fn(subject)), &["Bearer x"]).await;
    assert_eq!((status, headers.get("www-authenticate")), (500, None));
}

#[tokio::test]
async fn host_28_one_of_several_scopes_is_enough_as_for_the_layers_of_the_core() {
    const SCOPES: &[&str] = &["demo:read", "demo:list demo:count"];
    let world = world().await;
    for (number, scope) in [None, Some("demo:read"), Some("demo:count demo:list"), Some("demo:list")].iter().enumerate()
    {
        let bearer = format!("Bearer {}", world.token(&number.to_string(), *scope).await.token.expose_secret());
        for scopes in [SCOPES, &[]] {
            let behind = RequireScopeLayer::any_of(scopes).layer(service_fn(subject));
            let here = ask(AuthenticateLayer::required(world.verifier()).layer(behind), &[&bearer]).await;
            let behind = counterfoil_tower::RequireScopeLayer::any_of(scopes).layer(service_fn(local_subject));
            let local = counterfoil_tower::AuthenticateLayer::required(world.counterfoil.clone());
            assert_eq!(here, ask(local.layer(behind), &[&bearer]).await, "{scope:?}, {scopes:?}");
            let passes = scopes == SCOPES && *scope != Some("demo:list");
            assert_eq!(here.0, if passes { 200 } else { 403 }, "{scope:?}, {scopes:?}");
        }
    }
}

#[tokio::test]
async fn host_28_refusals_take_the_form_that_the_host_gives_them() {
    let world = world().await;
    let form = |rejection: &counterfoil_remote::Rejection| Response::new(format!("no: {}", rejection.status()));
    let service = AuthenticateLayer::required(world.verifier()).refuse_with(form).layer(service_fn(subject));
    assert_eq!(ask(service, &[]).await.2, "no: 401 Unauthorized");
    let behind = RequireScopeLayer::new("demo:read").refuse_with(form).layer(service_fn(subject));
    let service = AuthenticateLayer::optional(world.verifier()).layer(behind);
    assert_eq!(ask(service, &[]).await.2, "no: 401 Unauthorized");
}

//! Tests of the middleware and the extractors.

use counterfoil::testing::{self, Failure};
use counterfoil::{Challenge, Counterfoil, Realm};
use counterfoil_poem::{
    Authenticate, Authentication, Principal, Rejection, RequireScope, Source, TrustedProxies, source_behind,
};
use http::{Method, StatusCode};
use poem::{EndpointExt as _, IntoResponse as _, Request, RequestBuilder, Response, Route, handler};

use crate::{ask, from_a_server, get};

#[handler]
async fn name(who: Principal) -> String {
    who.name().to_owned()
}

#[tokio::test]
async fn host_41_a_host_gives_refusals_its_own_shape() {
    async fn shape(rejection: Rejection) -> Response {
        format!("no: {rejection}").with_status(StatusCode::IM_A_TEAPOT).into_response()
    }
    let counterfoil = testing::service().counterfoil().clone();
    let app = Route::new()
        .at("/", name.with(Authenticate::required(counterfoil)))
        .at("/scope", name.with(RequireScope::new("projects:read")))
        .catch_error(shape);
    let no = |why: &str| (StatusCode::IM_A_TEAPOT, format!("no: {why}"));
    assert_eq!(ask(&app, get("/").finish()).await, no("a bearer credential is needed"));
    let unguarded = no("the service is not set up to authenticate requests");
    assert_eq!(ask(&app, get("/scope").finish()).await, unguarded);
}

/// Sends a request to an app whose outermost middleware has already inserted `known`. Returns the status and the body.
async fn behind(known: Authentication, counterfoil: Counterfoil) -> (StatusCode, String) {
    let app = name.with(Authenticate::required(counterfoil)).before(move |mut request: Request| {
        request.extensions_mut().insert(known.clone());
        async move { Ok(request) }
    });
    ask(&app, get("/").finish()).await
}

#[tokio::test]
async fn host_41_what_is_known_is_not_asked_again() {
    let service = testing::service();
    let token = service.personal_access_token("ivan", None).await;
    let known = Authentication::active(service.verify(token.token.expose_secret()).await.expect("live"));
    service.faults().always(Failure::NotExecuted);
    assert_eq!(behind(known, service.counterfoil().clone()).await, (StatusCode::OK, "ivan".to_owned()));
}

#[tokio::test]
async fn host_41_a_principal_of_another_realm_opens_nothing() {
    let service = testing::service();
    let there = Realm::new("other").expect("a realm");
    let principal = testing::principal("ivan").realm(there.clone()).build();
    let refused = behind(Authentication::active(principal), service.counterfoil().clone()).await;
    assert_eq!(refused.0, StatusCode::UNAUTHORIZED);
    let nobody = Authentication::rejected(Challenge::no_credential(&there).into());
    assert_eq!(behind(nobody, service.counterfoil().clone()).await.0, StatusCode::UNAUTHORIZED);
}

#[handler]
async fn ran() -> &'static str {
    "ran"
}

fn preflight(path: &str) -> RequestBuilder {
    get(path)
        .method(Method::OPTIONS)
        .header("origin", "https://example.com")
        .header("access-control-request-method", "GET")
}

#[tokio::test]
async fn fault_c14_a_forged_preflight_runs_no_handler() {
    let counterfoil = testing::service().counterfoil().clone();
    let layers = || [Authenticate::required, Authenticate::optional, Authenticate::deferred].into_iter();
    let read = || RequireScope::new("projects:read");
    let refused = ran.with(Authenticate::required(counterfoil.clone()));
    assert_eq!(ask(&refused, preflight("/").finish()).await.0, StatusCode::UNAUTHORIZED);
    for layer in layers() {
        let guarded = ran.with(read()).with(layer(counterfoil.clone()));
        assert_eq!(ask(&guarded, preflight("/").finish()).await.0, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(ask(&ran.with(read()), preflight("/").finish()).await.0, StatusCode::INTERNAL_SERVER_ERROR);

    for layer in layers() {
        let passes = || layer(counterfoil.clone()).pass_preflights();
        let app = Route::new()
            .at("/", ran.with(read()).with(passes()))
            .at("/name", name.with(passes()))
            .at("/inner", ran.with(read()).with(layer(counterfoil.clone())).with(passes()));
        assert_eq!(ask(&app, preflight("/").finish()).await, (StatusCode::OK, "ran".to_owned()), "the host opted in");
        let wrong = preflight("/").header("authorization", "Bearer x").finish();
        assert_eq!(ask(&app, wrong).await.0, StatusCode::UNAUTHORIZED, "a credential makes no preflight");
        assert_eq!(ask(&app, get("/").finish()).await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(ask(&app, preflight("/name").finish()).await.0, StatusCode::UNAUTHORIZED, "it is nobody");
        let inner = ask(&app, preflight("/inner").finish()).await.0;
        assert_eq!(inner, StatusCode::UNAUTHORIZED, "each layer decides for itself");
    }
}

#[handler]
async fn shown(request: &Request) -> String {
    let value = request.headers().get("authorization").expect("a header");
    format!("{} {}", value.is_sensitive(), format!("{request:?}").contains("cfp_"))
}

#[tokio::test]
async fn host_41_nothing_behind_the_middleware_prints_the_header() {
    let service = testing::service();
    let token = service.personal_access_token("ivan", None).await;
    let bearer = format!("Bearer {}", token.token.expose_secret());
    let app = shown.with(Authenticate::required(service.counterfoil().clone()));
    let asked = ask(&app, get("/").header("authorization", bearer).finish()).await;
    assert_eq!(asked, (StatusCode::OK, "true false".to_owned()));
}

#[handler]
async fn optional(who: Option<Principal>) -> &'static str {
    who.map_or("nobody", |_| "somebody")
}

#[tokio::test]
async fn host_41_without_middleware_an_optional_principal_is_nobody() {
    let token = testing::service().personal_access_token("ivan", None).await;
    let bearer = format!("Bearer {}", token.token.expose_secret());
    let asked = ask(&optional, get("/").header("authorization", bearer).finish()).await;
    assert_eq!(asked, (StatusCode::OK, "nobody".to_owned()), "poem drops the rejection");
}

#[test]
fn host_45_only_a_trusted_proxy_says_where_a_request_comes_from() {
    let source = |trusted: &str| {
        let request = http::Request::get("/").header("x-forwarded-for", "198.51.100.1, 192.0.2.7");
        source_behind(&trusted.parse().expect("proxies"), &from_a_server(request, String::new()))
    };
    assert_eq!(source("10.0.0.0/8"), Source::new("192.0.2.7").ok());
    assert_eq!(source("127.0.0.1"), Source::new("10.0.0.1").ok());
    assert_eq!(source_behind(&TrustedProxies::default(), &get("/").finish()), None, "no server made it");
}

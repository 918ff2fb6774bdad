//! Tests of the middleware and the extractors.

use actix_web::dev::{Service as _, ServiceRequest};
use actix_web::http::header::AUTHORIZATION;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, HttpMessage as _, HttpResponse, web};
use counterfoil::testing::Failure;
use counterfoil::{Challenge, Realm, testing};
use counterfoil_actix::{
    Authenticate, Authentication, Principal, Rejection, RequireScope, Source, TrustedProxies, source_behind,
};

use crate::ask;

async fn name(who: Principal) -> String {
    who.name().to_owned()
}

#[actix_web::test]
async fn host_41_a_host_gives_refusals_its_own_shape() {
    let counterfoil = testing::service().counterfoil().clone();
    let shape = |rejection: &Rejection| HttpResponse::ImATeapot().body(format!("no: {rejection}"));
    let app = App::new()
        .service(web::resource("/").to(name).wrap(Authenticate::required(counterfoil).refuse_with(shape)))
        .service(web::resource("/scope").to(name).wrap(RequireScope::new("projects:read").refuse_with(shape)));
    let app = init_service(app).await;
    let no = |why: &str| (StatusCode::IM_A_TEAPOT, format!("no: {why}"));
    assert_eq!(ask(&app, TestRequest::get()).await, no("a bearer credential is needed"));
    let unguarded = ask(&app, TestRequest::get().uri("/scope")).await;
    assert_eq!(unguarded, no("the service is not set up to authenticate requests"));
}

#[actix_web::test]
async fn host_41_middleware_in_front_reads_the_rejection_of_a_response() {
    let counterfoil = testing::service().counterfoil().clone();
    let app = App::new().service(web::resource("/").to(name).wrap(Authenticate::required(counterfoil))).wrap_fn(
        |request, next| {
            let answer = next.call(request);
            async move {
                let answer = answer.await?;
                let error = answer.response().error().expect("an error");
                assert_eq!(error.as_error::<Rejection>().expect("a rejection").code(), None);
                Ok(answer)
            }
        },
    );
    let app = init_service(app).await;
    assert_eq!(ask(&app, TestRequest::get()).await.0, StatusCode::UNAUTHORIZED);
}

/// Sends a request through an app with the middleware `Authenticate`. An outer middleware has already inserted `known`
/// as the result. Returns the status and the body.
async fn behind(known: Authentication, counterfoil: counterfoil::Counterfoil) -> (StatusCode, String) {
    let app = App::new().service(web::resource("/").to(name).wrap(Authenticate::required(counterfoil)));
    let app = app.wrap_fn(move |request, next| {
        request.extensions_mut().insert(known.clone());
        next.call(request)
    });
    ask(&init_service(app).await, TestRequest::get()).await
}

#[actix_web::test]
async fn host_41_what_is_known_is_not_asked_again() {
    let service = testing::service();
    let token = service.personal_access_token("ivan", None).await;
    let known = Authentication::active(service.verify(token.token.expose_secret()).await.expect("live"));
    service.faults().always(Failure::NotExecuted);
    assert_eq!(behind(known, service.counterfoil().clone()).await, (StatusCode::OK, "ivan".to_owned()));
}

#[actix_web::test]
async fn host_41_a_principal_of_another_realm_opens_nothing() {
    let service = testing::service();
    let there = Realm::new("other").expect("a realm");
    let principal = testing::principal("ivan").realm(there.clone()).build();
    let refused = behind(Authentication::active(principal), service.counterfoil().clone()).await;
    assert_eq!(refused.0, StatusCode::UNAUTHORIZED);
    let nobody = Authentication::rejected(Challenge::no_credential(&there).into());
    assert_eq!(behind(nobody, service.counterfoil().clone()).await.0, StatusCode::UNAUTHORIZED);
}

fn preflight(path: &str) -> TestRequest {
    let request = TestRequest::with_uri(path).method(Method::OPTIONS);
    request.insert_header(("origin", "https://example.com")).insert_header(("access-control-request-method", "GET"))
}

#[actix_web::test]
async fn fault_c14_a_forged_preflight_runs_no_handler() {
    let counterfoil = testing::service().counterfoil().clone();
    let layers = || [Authenticate::required, Authenticate::optional, Authenticate::deferred].into_iter();
    let (read, any) = (|| RequireScope::new("projects:read"), || web::resource("/").to(async || "ran"));
    let app = init_service(App::new().service(any().wrap(Authenticate::required(counterfoil.clone())))).await;
    assert_eq!(ask(&app, preflight("/")).await.0, StatusCode::UNAUTHORIZED);
    for layer in layers() {
        let app = init_service(App::new().service(any().wrap(read()).wrap(layer(counterfoil.clone())))).await;
        assert_eq!(ask(&app, preflight("/")).await.0, StatusCode::UNAUTHORIZED);
    }
    let app = init_service(App::new().service(any().wrap(read()))).await;
    assert_eq!(ask(&app, preflight("/")).await.0, StatusCode::INTERNAL_SERVER_ERROR);

    for layer in layers() {
        let passes = || layer(counterfoil.clone()).pass_preflights();
        let app = App::new()
            .service(any().wrap(read()).wrap(passes()))
            .service(web::resource("/name").to(name).wrap(passes()))
            .service(
                web::resource("/inner").to(async || "ran").wrap(read()).wrap(layer(counterfoil.clone())).wrap(passes()),
            );
        let app = init_service(app).await;
        assert_eq!(ask(&app, preflight("/")).await, (StatusCode::OK, "ran".to_owned()), "the host opted in");
        let wrong = preflight("/").insert_header(("authorization", "Bearer x"));
        assert_eq!(ask(&app, wrong).await.0, StatusCode::UNAUTHORIZED, "a credential makes no preflight");
        assert_eq!(ask(&app, TestRequest::get()).await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(ask(&app, preflight("/name")).await.0, StatusCode::UNAUTHORIZED, "it is nobody");
        assert_eq!(ask(&app, preflight("/inner")).await.0, StatusCode::UNAUTHORIZED, "each layer decides for itself");
    }
}

/// Returns whether `Debug` prints a token: first for the `HttpRequest` that a handler gets, then for the
/// `ServiceRequest` that middleware gets.
fn prints_a_token(request: &ServiceRequest) -> (bool, bool) {
    (format!("{:?}", request.request()).contains("cfp_"), format!("{request:?}").contains("cfp_"))
}

#[actix_web::test]
async fn host_41_middleware_may_hold_the_request_and_the_outermost_hides_the_header() {
    let service = testing::service();
    let token = service.personal_access_token("ivan", None).await;
    let request =
        || TestRequest::get().append_header(("authorization", format!("Bearer {}", token.token.expose_secret())));
    assert_eq!(prints_a_token(&request().to_srv_request()), (false, true), "what README.md warns of");
    for hides in [false, true] {
        let resource = web::resource("/").to(name).wrap(Authenticate::required(service.counterfoil().clone()));
        let resource = resource.wrap_fn(move |request, next| {
            assert_eq!(prints_a_token(&request), (false, !hides));
            // While this clone lives, `ServiceRequest::headers_mut` panics in the inner middleware.
            let held = request.request().clone();
            let answer = next.call(request);
            async move {
                let answer = answer.await;
                drop(held);
                answer
            }
        });
        let app = App::new().service(resource).wrap_fn(move |mut request, next| {
            let values: Vec<_> = request.headers_mut().remove(AUTHORIZATION).collect();
            for mut value in values {
                value.set_sensitive(hides);
                request.headers_mut().append(AUTHORIZATION, value);
            }
            next.call(request)
        });
        assert_eq!(ask(&init_service(app).await, request()).await, (StatusCode::OK, "ivan".to_owned()));
    }
}

#[actix_web::test]
async fn host_41_without_middleware_an_optional_principal_is_nobody() {
    let optional = |who: Option<Principal>| async move { who.map_or("nobody", |_| "somebody") };
    let app = init_service(App::new().service(web::resource("/").to(optional))).await;
    let token = testing::service().personal_access_token("ivan", None).await;
    let bearer = format!("Bearer {}", token.token.expose_secret());
    let asked = ask(&app, TestRequest::get().insert_header(("authorization", bearer))).await;
    assert_eq!(asked, (StatusCode::OK, "nobody".to_owned()), "actix-web drops the rejection");
}

#[test]
fn host_45_only_a_trusted_proxy_says_where_a_request_comes_from() {
    let request = || {
        let request = TestRequest::get().append_header(("x-forwarded-for", "198.51.100.1"));
        request.append_header(("x-forwarded-for", "192.0.2.7"))
    };
    let source = |trusted: &str| {
        let request = request().peer_addr(([10, 0, 0, 1], 5_000).into()).to_srv_request();
        source_behind(&trusted.parse().expect("proxies"), &request)
    };
    assert_eq!(source("10.0.0.0/8"), Source::new("192.0.2.7").ok());
    assert_eq!(source("127.0.0.1"), Source::new("10.0.0.1").ok());
    assert_eq!(source_behind(&TrustedProxies::default(), &request().to_srv_request()), None, "no server made it");
}

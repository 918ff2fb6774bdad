//! Tests of the interface for frameworks: paths, methods, extensions, futures.

use bytes::Bytes;
use counterfoil::testing;
use counterfoil::types::Source;
use counterfoil_http::{Endpoints, Sources};
use counterfoil_tower::Authentication;
use http::{Method, Request};
use http_body_util::Full;
use tower_service::Service as _;

use crate::support::{Answer, BASE, FORM, in_memory, over_hyper};

#[tokio::test]
async fn host_51_another_method_is_405_with_allow_and_head_is_get_without_content() {
    for world in [in_memory().await, over_hyper().await] {
        let sue = world.sign_in("sue", None).await;
        for (path, allow) in [
            ("/api/v1/clients/app", "GET,HEAD,PATCH,DELETE"),
            ("/api/v1/me/tokens", "GET,HEAD,POST"),
            ("/token", "POST"),
            ("/.well-known/oauth-authorization-server", "GET,HEAD"),
        ] {
            for method in ["PUT", "OPTIONS"] {
                let request = Request::builder().method(method).uri(path).body(Full::default()).expect("a request");
                let answer = world.send(request).await;
                assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some(allow)), "{method} {path}");
            }
        }
        let get = world.call("GET", "/settings", &sue, None).await;
        let head = world.call("HEAD", "/settings", &sue, None).await;
        assert_eq!((head.status, head.text.as_str()), (get.status, ""));
        assert_eq!(head.header("content-length"), Some(get.text.len().to_string().as_str()));
        assert_eq!(head.header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn host_51_a_base_is_compared_byte_by_byte_and_bases_add_up() {
    let service = testing::service();
    let endpoints = counterfoil_http::settings(service.counterfoil().clone()).below("/v1").below("/api/");
    let paths: Vec<_> = endpoints.iter().map(|endpoint| endpoint.path().to_owned()).collect();
    assert_eq!(paths, ["/api/v1/settings"]);
    assert!(endpoints.find("/api/v1/settings").is_some());
    for other in ["/settings", "/v1/settings", "/x/api/v1/settings", "/api/v1/settings/", "/API/v1/settings", ""] {
        assert!(endpoints.find(other).is_none(), "{other}");
    }
    let both = endpoints.clone().merge(counterfoil_http::settings(service.counterfoil().clone()));
    assert_eq!(both.find("/settings").map(counterfoil_http::Endpoint::path), Some("/settings"));
    assert_eq!(both.into_iter().count(), 2);
}

#[tokio::test]
async fn host_51_an_endpoint_by_itself_reads_the_end_of_the_path_and_keeps_the_rest_in_location() {
    let world = in_memory().await;
    let sue = world.sign_in("sue", None).await;
    let endpoint = world.endpoints.find("/api/v1/me/tokens").expect("served").clone();
    let request = Request::post("/tenants/7/me/tokens")
        .header("authorization", format!("Bearer {sue}"))
        .header("content-type", "application/json")
        .body(Full::<Bytes>::from(r#"{"label":"one","expires_in_days":1}"#))
        .expect("a request");
    let answer = Answer::of(endpoint.respond(request).await).await;
    let id = answer.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(answer.header("location"), Some(format!("/tenants/7/me/tokens/{id}").as_str()));
    let elsewhere = Request::get("/me/tokens/x").header("authorization", format!("Bearer {sue}"));
    let answer = endpoint.respond(elsewhere.body(Full::<Bytes>::default()).expect("a request")).await;
    assert_eq!(answer.status(), 404, "the framework sent it to the wrong endpoint");
}

#[tokio::test]
async fn host_51_an_authentication_in_the_extensions_holds_but_not_one_of_another_realm() {
    let world = in_memory().await;
    let of = async |service: &testing::TestService| {
        let granted = service.sign_in("sue").await;
        Authentication::active(service.verify(granted.access_token.expose_secret()).await.expect("active"))
    };
    let ask = async |known: Authentication| {
        let request = Request::get(format!("{BASE}/me/tokens")).extension(known);
        let request = request.header("authorization", "Bearer cfp_nothing").body(Full::<Bytes>::default());
        world.endpoints.respond(request.expect("a request")).await.status().as_u16()
    };
    assert_eq!(ask(of(&world.service).await).await, 200, "the header is not read");
    let realm = counterfoil::Realm::new("other").expect("a realm");
    let other = testing::service_with(counterfoil::policy::Policy::open(), |builder| builder.realm(realm));
    assert_eq!(ask(of(&other).await).await, 401);
}

#[tokio::test]
async fn host_51_endpoints_are_services_of_tower_and_their_futures_are_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let world = in_memory().await;
    let request = || Request::get("/token").body(Full::<Bytes>::default()).expect("a request");
    let mut service: Endpoints = world.endpoints.clone();
    let Ok(response) = is_send(service.call(request())).await;
    assert_eq!(response.status(), 405);
    let mut endpoint = world.endpoints.find("/token").expect("served").clone();
    let Ok(response) = endpoint.call(request()).await;
    assert_eq!(response.status(), 405);
    assert_eq!(is_send(endpoint.respond(request())).await.status(), 405);
    let nowhere = Request::get("/nowhere").body(Full::<Bytes>::default()).expect("a request");
    let Ok(response) = service.call(nowhere).await;
    assert_eq!(response.status(), 404);
    assert_eq!(endpoint.methods(), [Method::POST]);
}

#[tokio::test]
async fn host_51_no_secret_is_in_debug() {
    let world = in_memory().await;
    let sue = world.sign_in("sue", None).await;
    let request = Request::post("/token").header("authorization", world.basic()).header("content-type", FORM);
    let request = request.extension(Source::Unknown);
    let form = "grant_type=password&username=sue&password=sue";
    let response = world.endpoints.respond(request.body(Full::<Bytes>::from(form)).expect("a request")).await;
    let shown = format!("{response:?} {:?}", world.endpoints);
    assert!(response.status() == 200 && !shown.contains("cfa_") && !shown.contains(&sue), "{shown}");
    let unknown = counterfoil_http::token(world.service.counterfoil().clone(), Sources::Unknown);
    assert_eq!(unknown.iter().count(), 1);
}

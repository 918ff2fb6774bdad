//! Tests endpoints that are mounted in an actix-web app: the limit of a body, the path in `Location`, paths that no
//! endpoint serves, and requests that a middleware has already authenticated.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::dev::{Payload, Service as _};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, HttpMessage as _, web};
use bytes::Bytes;
use counterfoil::testing;
use counterfoil_actix::{Authentication, Sources, mount};
use futures_core::Stream;

use crate::ask;

/// A body without an end. It counts the pieces of 1 KiB that were read.
struct Endless(Rc<Cell<usize>>);

impl Stream for Endless {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.set(self.0.get() + 1);
        Poll::Ready(Some(Ok(Bytes::from_static(&[b'x'; 1024]))))
    }
}

#[actix_web::test]
async fn host_43_a_body_without_an_end_is_read_up_to_the_limit() {
    let service = testing::service();
    let bearer = format!("Bearer {}", service.sign_in("ivan").await.access_token.expose_secret());
    let own = || service.counterfoil().clone();
    let endpoints = counterfoil_actix::token(own(), Sources::Unknown).merge(counterfoil_actix::me_tokens(own()));
    let app = init_service(App::new().service(mount(endpoints))).await;
    for (path, media, pieces) in
        [("/token", "application/x-www-form-urlencoded", 9), ("/me/tokens", "application/json", 65)]
    {
        let read = Rc::new(Cell::new(0));
        let request = TestRequest::post().uri(path).insert_header(("content-type", media));
        let request = request.insert_header(("authorization", bearer.as_str())).to_request();
        let (request, _) = request.replace_payload(Payload::from(
            Box::pin(Endless(read.clone())) as Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>
        ));
        let response = app.call(request).await.expect("an answer");
        assert_eq!((response.status(), read.get()), (StatusCode::PAYLOAD_TOO_LARGE, pieces), "{path}");
    }
}

#[actix_web::test]
async fn host_44_a_location_has_the_whole_path_under_nested_scopes() {
    let service = testing::service();
    let bearer = format!("Bearer {}", service.sign_in("ivan").await.access_token.expose_secret());
    let tokens = mount(counterfoil_actix::me_tokens(service.counterfoil().clone()));
    let app = App::new().service(web::scope("/a").service(web::scope("/b").service(tokens)));
    let app = init_service(app).await;
    let new = TestRequest::post().uri("/a/b/me/tokens").insert_header(("authorization", bearer.as_str()));
    let new =
        new.insert_header(("content-type", "application/json")).set_payload(r#"{"label":"x","expires_in_days":1}"#);
    let response = app.call(new.to_request()).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::CREATED);
    let location = response.headers().get("location").expect("a location").to_str().expect("text").to_owned();
    assert!(location.starts_with("/a/b/me/tokens/"), "{location}");
    let there = TestRequest::get().uri(&location).insert_header(("authorization", bearer.as_str()));
    assert_eq!(ask(&app, there).await.0, StatusCode::OK);
}

#[actix_web::test]
async fn host_44_what_is_no_endpoint_is_the_hosts() {
    let own = || testing::service().counterfoil().clone();
    let app = App::new()
        .service(mount(counterfoil_actix::settings(own()).below("/api")))
        .service(web::resource("/api/settings/more").to(|| async { "more" }))
        .service(web::resource("/api/{any}").to(|| async { "any" }))
        .default_service(web::to(|| async { "the host's" }));
    let app = init_service(app).await;
    for (path, expected) in
        [("/api/settings/more", "more"), ("/api/other", "any"), ("/api/%73ettings", "any"), ("/settings", "the host's")]
    {
        assert_eq!(ask(&app, TestRequest::get().uri(path)).await, (StatusCode::OK, expected.to_owned()), "{path}");
    }
    assert_eq!(ask(&app, TestRequest::get().uri("/api/settings")).await.0, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn host_41_a_mounted_endpoint_does_not_ask_what_is_known() {
    let service = testing::service();
    let ada = service.sign_in("ada").await.access_token;
    let known = service.verify(ada.expose_secret()).await.expect("live");
    let settings = mount(counterfoil_actix::settings(service.counterfoil().clone()));
    let app = App::new().service(settings).wrap_fn(move |request, next| {
        request.extensions_mut().insert(Authentication::active(known.clone()));
        next.call(request)
    });
    let app = init_service(app).await;
    assert_eq!(ask(&app, TestRequest::get().uri("/settings")).await.0, StatusCode::OK, "without a header");
}

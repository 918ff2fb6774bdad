//! Tests endpoints that are mounted in a poem route: the limit of a body, the path in `Location`, paths that no
//! endpoint serves, and requests that a middleware has already authenticated.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use counterfoil::testing;
use counterfoil_poem::{Authentication, Mount as _, Sources};
use futures_core::Stream;
use http::{Method, StatusCode};
use poem::error::NotFoundError;
use poem::{Body, Endpoint as _, EndpointExt as _, Request, Route, handler};

use crate::{ask, from_a_server, get};

/// A body without an end. It counts the pieces of 1 KiB that were read.
struct Endless(Arc<AtomicUsize>);

impl Stream for Endless {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Poll::Ready(Some(Ok(Bytes::from_static(&[b'x'; 1024]))))
    }
}

#[tokio::test]
async fn host_43_a_body_without_an_end_is_read_up_to_the_limit() {
    let service = testing::service();
    let bearer = format!("Bearer {}", service.sign_in("ivan").await.access_token.expose_secret());
    let own = || service.counterfoil().clone();
    let endpoints = counterfoil_poem::token(own(), Sources::Unknown).merge(counterfoil_poem::me_tokens(own()));
    let app = Route::new().mount(endpoints);
    for (path, media, pieces) in
        [("/token", "application/x-www-form-urlencoded", 9), ("/me/tokens", "application/json", 65)]
    {
        let read = Arc::new(AtomicUsize::new(0));
        let request = get(path).method(Method::POST).header("content-type", media);
        let request = request.header("authorization", bearer.as_str());
        let response = app.get_response(request.body(Body::from_bytes_stream(Endless(read.clone())))).await;
        let expected = (StatusCode::PAYLOAD_TOO_LARGE, pieces);
        assert_eq!((response.status(), read.load(Ordering::SeqCst)), expected, "{path}");
    }
}

#[tokio::test]
async fn host_44_a_location_has_the_whole_path_under_nested_routes() {
    let service = testing::service();
    let bearer = format!("Bearer {}", service.sign_in("ivan").await.access_token.expose_secret());
    let tokens = || counterfoil_poem::me_tokens(service.counterfoil().clone());
    let app = Route::new()
        .nest("/a", Route::new().nest("/b", Route::new().mount(tokens())))
        .nest("/c", Route::new().mount(tokens().below("/d")));
    for (list, label) in [("/a/b/me/tokens", "one"), ("/c/d/me/tokens", "two")] {
        let new = http::Request::post(list).header("authorization", bearer.as_str());
        let new = new.header("content-type", "application/json");
        let new = from_a_server(new, format!("{{\"label\":\"{label}\",\"expires_in_days\":1}}"));
        let response = app.get_response(new).await;
        assert_eq!(response.status(), StatusCode::CREATED);
        let location = response.headers()["location"].to_str().expect("text").to_owned();
        assert!(location.starts_with(&format!("{list}/")), "{location}");
        let there = get(&location).header("authorization", bearer.as_str()).finish();
        assert_eq!(ask(&app, there).await.0, StatusCode::OK, "{location}");
    }
}

#[handler]
async fn more() -> &'static str {
    "more"
}

#[tokio::test]
async fn host_44_what_is_no_endpoint_is_the_hosts() {
    let own = || testing::service().counterfoil().clone();
    let app = Route::new()
        .mount(counterfoil_poem::settings(own()).below("/api"))
        .mount(counterfoil_poem::clients(own()).below("/api"))
        .at("/api/settings/more", more)
        .catch_error(|_: NotFoundError| async { "the host's" });
    for (path, expected) in [
        ("/api/settings/more", "more"),
        ("/api/other", "the host's"),
        ("/api/%73ettings", "the host's"),
        ("/api/clients/", "the host's"),
        ("/settings", "the host's"),
    ] {
        assert_eq!(ask(&app, get(path).finish()).await, (StatusCode::OK, expected.to_owned()), "{path}");
    }
    assert_eq!(ask(&app, get("/api/settings").finish()).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn host_41_a_mounted_endpoint_does_not_ask_what_is_known() {
    let service = testing::service();
    let ada = service.sign_in("ada").await.access_token;
    let known = service.verify(ada.expose_secret()).await.expect("live");
    let settings = Route::new().mount(counterfoil_poem::settings(service.counterfoil().clone()));
    let app = settings.before(move |mut request: Request| {
        request.extensions_mut().insert(Authentication::active(known.clone()));
        async move { Ok(request) }
    });
    assert_eq!(ask(&app, get("/settings").finish()).await.0, StatusCode::OK, "without a header");
}

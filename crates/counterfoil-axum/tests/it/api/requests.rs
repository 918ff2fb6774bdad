//! Tests responses to requests with a wrong method, without a credential, or during an outage of the directory. These
//! responses do not depend on the body.

use axum::body::Body;
use http::Request;

use super::outcome;
use crate::support::{send, world};

#[tokio::test]
async fn another_method_is_405_with_allow_without_a_credential() {
    let world = world().await;
    for (path, allow) in
        [("/me/tokens", "GET,HEAD,POST"), ("/settings", "GET,HEAD,PATCH"), ("/clients/app", "GET,HEAD,PATCH,DELETE")]
    {
        let request = Request::put(format!("/api/v1{path}")).header("x-http-method-override", "GET");
        let answer = send(&world.router, request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.outcome(), outcome(405, "method-not-allowed", None), "{path}");
        assert_eq!(answer.header("allow"), Some(allow), "{path}");
    }
}

#[tokio::test]
async fn t13_an_unauthenticated_body_is_never_read() {
    let world = world().await;
    for path in ["/me/tokens", "/security-codes", "/clients"] {
        let request = Request::post(format!("/api/v1{path}"))
            .header("content-type", "application/json")
            .body(Body::from_stream(Touchy))
            .expect("a request");
        assert_eq!(send(&world.router, request).await.status, 401, "{path}");
    }
}

/// A body that panics if it is read.
struct Touchy;

impl futures_core::Stream for Touchy {
    type Item = Result<bytes::Bytes, std::io::Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        panic!("somebody reads the body")
    }
}

#[tokio::test]
async fn all_kinds_5_an_outage_is_503_unavailable_for_every_router() {
    let world = world().await;
    let (sue, _) = world.sign_in("sue", None).await;
    world.people.set_unavailable(true);
    for path in ["/me/tokens", "/users", "/security-codes", "/clients", "/settings"] {
        let answer = world.call("GET", path, &sue, None).await;
        assert_eq!(answer.header("retry-after"), Some("2"), "fault C8: {path}");
        assert_eq!(answer.outcome(), outcome(503, "unavailable", None), "{path}");
    }
}

//! Tests of the properties that `counterfoil-frameworks-tests` does not test: formats of refusals, extensions, bodies
//! and paths.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod authentication;
mod mount;

use http::StatusCode;
use http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Body, Endpoint, Request, RequestBuilder, RequestParts};

/// Sends a request. Returns the status and the body of the response.
async fn ask(app: &impl Endpoint, request: Request) -> (StatusCode, String) {
    let response = app.get_response(request).await;
    let status = response.status();
    (status, response.into_body().into_string().await.expect("UTF-8"))
}

fn get(path: &str) -> RequestBuilder {
    Request::builder().uri_str(path)
}

/// Makes a request as a server does. Such a request contains its target twice, as `uri` and as `original_uri`. Nested
/// routes shorten only `uri`.
fn from_a_server(request: http::request::Builder, body: String) -> Request {
    let (parts, body) = request.body(Body::from_string(body)).expect("a request").into_parts();
    let peer = RemoteAddr(Addr::socket(([10, 0, 0, 1], 5_000).into()));
    let parts = (parts, LocalAddr::default(), peer, Scheme::HTTP);
    Request::from_parts(RequestParts::from(parts), body)
}

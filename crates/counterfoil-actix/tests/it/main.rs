//! Tests of what `counterfoil-frameworks-tests` does not cover: formats of refusals, extensions, bodies, paths.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod authentication;
mod mount;

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::test::TestRequest;

/// Sends a request. Returns the status and the body of the response.
async fn ask<S, B>(app: &S, request: TestRequest) -> (StatusCode, String)
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody + 'static,
{
    let response = actix_web::test::call_service(app, request.to_request()).await;
    let status = response.status();
    let body: BoxBody = response.into_body().boxed();
    let bytes = to_bytes(body).await.unwrap_or_else(|_| panic!("a body"));
    (status, String::from_utf8(bytes.to_vec()).expect("UTF-8"))
}

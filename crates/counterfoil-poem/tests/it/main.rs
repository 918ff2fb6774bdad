//! What the table of `counterfoil-frameworks-tests` does not ask: shapes of refusals, extensions, bodies, paths.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod authentication;
mod mount;

use http::StatusCode;
use poem::{Endpoint, Request, RequestBuilder};

/// Status and body of an answer.
async fn ask(app: &impl Endpoint, request: Request) -> (StatusCode, String) {
    let response = app.get_response(request).await;
    let status = response.status();
    (status, response.into_body().into_string().await.expect("UTF-8"))
}

fn get(path: &str) -> RequestBuilder {
    Request::builder().uri_str(path)
}

//! Makes responses. The body of a response that may contain a secret is written once, into memory that is wiped when
//! the body is dropped.

use bytes::Bytes;
use counterfoil::oauth::Answer;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::body::{Body, Response};
use crate::problem::Problem;

/// The answer of an OAuth endpoint while its body is being sent. The memory of the answer is wiped when this value is
/// dropped.
struct Lent(Answer);

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

/// Converts the answer of an OAuth endpoint to a response.
pub(crate) fn of_answer(answer: Answer) -> Response {
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    for (name, value) in answer.headers() {
        // The conversion cannot fail, because the names and values of the headers come from this library.
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    *response.body_mut() = Body::from(Bytes::from_owner(Lent(answer)));
    response
}

/// Makes a JSON response that may contain a secret. The buffer is allocated once, because a buffer that grows leaves
/// copies of the secret in memory.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let mut measure = Measure(0);
    let measured = serde_json::to_writer(&mut measure, value).is_ok();
    let mut bytes = Zeroizing::new(Vec::with_capacity(measure.0));
    if !measured || serde_json::to_writer(&mut *bytes, value).is_err() {
        return Problem::unavailable().to_response();
    }
    let mut response = uncached(Body::from(Bytes::from_owner(bytes)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Makes a 200 response with a text that contains no secret. The caller sets its media type.
pub(crate) fn text(text: String) -> Response {
    uncached(Body::from(text))
}

/// Makes a 200 response that is not stored by caches.
fn uncached(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// Makes a 204 response.
pub(crate) fn none() -> Response {
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// A writer that counts the bytes, and discards them.
struct Measure(usize);

impl std::io::Write for Measure {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

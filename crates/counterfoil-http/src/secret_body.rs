//! Responses that contain a secret. Their body is written once, into memory that is wiped after it was sent.

use bytes::Bytes;
use counterfoil::oauth::Answer;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::body::{Body, Response};
use crate::problem::Problem;

/// The body of a response, which is wiped after it was sent.
struct Lent(Answer);

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

/// Makes a response of the answer of an OAuth endpoint, without changes.
pub(crate) fn of_answer(answer: Answer) -> Response {
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    for (name, value) in answer.headers() {
        // Names and values come from this library and are always valid.
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    *response.body_mut() = Body::from(Bytes::from_owner(Lent(answer)));
    response
}

/// A JSON response that may contain a secret. The buffer is allocated once: a growing buffer would leave copies of the
/// secret.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let mut measure = Measure(0);
    let measured = serde_json::to_writer(&mut measure, value).is_ok();
    let mut bytes = Zeroizing::new(Vec::with_capacity(measure.0));
    if !measured || serde_json::to_writer(&mut *bytes, value).is_err() {
        return Problem::unavailable().to_response();
    }
    let mut response = Response::new(Body::from(Bytes::from_owner(bytes)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// An answer without content.
pub(crate) fn none() -> Response {
    let mut response = Response::new(Body::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// Counts what would be written.
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

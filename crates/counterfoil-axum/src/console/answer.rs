//! Pages as they go out: rendered once into memory that is wiped afterwards, since any of them may hold a secret, with the headers that keep
//! them from being framed, sniffed, cached or scripted.

use askama::Template;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use counterfoil::oauth::UNAVAILABLE_RETRY;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use zeroize::Zeroizing;

/// Nothing from elsewhere, nothing inline, in no frame.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'none'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const FRAME: HeaderName = HeaderName::from_static("x-frame-options");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// A page.
pub(crate) fn page(status: StatusCode, page: &impl Template) -> Response {
    let mut measure = Measure(0);
    let measured = page.render_into(&mut measure).is_ok();
    let mut text = Zeroizing::new(String::with_capacity(measure.0));
    let rendered = measured && page.render_into(&mut *text).is_ok();
    let mut response = empty(if rendered { status } else { StatusCode::INTERNAL_SERVER_ERROR });
    if rendered {
        *response.body_mut() = Body::from(Bytes::from_owner(Wiped(text)));
    }
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// An answer without a body, with a page's headers.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    guard(response.headers_mut());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(UNAVAILABLE_RETRY));
    }
    response
}

/// The headers that all answers have.
pub(crate) fn guard(headers: &mut HeaderMap) {
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (OPENER, HeaderValue::from_static("same-origin")),
        (RESOURCE, HeaderValue::from_static("same-origin")),
        (FRAME, HeaderValue::from_static("DENY")),
        (PERMISSIONS, HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()")),
    ] {
        headers.insert(name, value);
    }
}

struct Wiped(Zeroizing<String>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Counts what would be written, so that the buffer never grows and leaves no half-written copy behind.
struct Measure(usize);

impl std::fmt::Write for Measure {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

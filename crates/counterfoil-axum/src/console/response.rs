//! Makes HTML responses. A page may contain a secret, so the memory in which it is rendered is wiped afterwards. The
//! headers forbid frames, content sniffing, caching and scripts of other origins.

use askama::Template;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use counterfoil::oauth::UNAVAILABLE_RETRY;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, RETRY_AFTER,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use zeroize::Zeroizing;

/// The content security policy. It allows no other origin, no inline code and no frame.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'none'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const FRAME: HeaderName = HeaderName::from_static("x-frame-options");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// Renders a page and makes the response.
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

/// Makes a response that has no body but has the headers of a page.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    set_security_headers(response.headers_mut());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(UNAVAILABLE_RETRY));
    }
    response
}

/// Sets the security headers that all responses have.
pub(crate) fn set_security_headers(headers: &mut HeaderMap) {
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

/// Makes a redirect that the browser follows by GET (RFC 9110 §15.4.4). If the path is not a valid header value, the
/// response has no `Location`.
pub(crate) fn redirect(path: &str) -> Response {
    let mut response = empty(StatusCode::SEE_OTHER);
    if let Ok(path) = HeaderValue::try_from(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    response
}

struct Wiped(Zeroizing<String>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Counts the bytes of a rendered page, so that the buffer for the page is allocated once with the right size. If the
/// buffer had to grow, parts of the page would stay in freed memory. The page may contain a secret.
struct Measure(usize);

impl std::fmt::Write for Measure {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

//! CORS preflights.

use http::Method;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use poem::Request;

/// Whether a request is a CORS preflight (Fetch §3.3.2). A browser sends a preflight before a request to another
/// origin. The preflight has no credential.
pub(crate) fn is_preflight(request: &Request) -> bool {
    let headers = request.headers();
    request.method() == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

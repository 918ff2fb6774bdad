//! The host that an HTTP request names.

use actix_web::dev::ServiceRequest;
use counterfoil_tower::RejectionReason;

use crate::head::Head;
use crate::rejection::Rejection;

/// Returns the host that a request names, or `None` for an HTTP/1.0 request that names no host.
///
/// Call this function in the outermost middleware, because actix-web accepts a `Host` value that is not a valid host.
/// The current version of actix-web itself refuses a request with two `Host` lines, and an HTTP/1.1 request without
/// one, before any middleware runs.
///
/// # Errors
///
/// A rejection with status 400 if the request does not name exactly one valid host (RFC 9112 §3.2). An HTTP/1.0 request
/// is also allowed to name no host.
///
/// ```
/// use actix_web::dev::Service as _;
/// use actix_web::{App, test, web};
/// use counterfoil_actix::host_of;
/// use std::future::ready;
///
/// # #[actix_web::main]
/// # async fn main() {
/// let app = App::new().route("/", web::get().to(|| async { "in" })).wrap_fn(|request, next| {
///     let named = host_of(&request).map(|_| ());
///     let answer = named.map(|()| next.call(request));
///     async move { answer?.await }
/// });
/// let app = test::init_service(app).await;
///
/// for (hosts, status) in [(&["a.example"][..], 200), (&["a.example", "b.example"], 400), (&[], 400)] {
///     let get = test::TestRequest::get();
///     let request = hosts.iter().fold(get, |request, host| request.append_header(("host", *host)));
///     let answered = test::try_call_service(&app, request.to_request()).await;
///     let got = answered.map_or_else(|error| error.as_response_error().status_code(), |answer| answer.status());
///     assert_eq!(got.as_u16(), status, "{hosts:?}");
/// }
/// # }
/// ```
pub fn host_of(request: &ServiceRequest) -> Result<Option<String>, Rejection> {
    let host = counterfoil_http::host_of(&Head(request.request())).map(|host| host.map(str::to_owned));
    host.map_err(|_| counterfoil_tower::Rejection::new(RejectionReason::InvalidHost).into())
}

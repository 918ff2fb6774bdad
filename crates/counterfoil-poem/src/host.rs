//! Reads the HTTP host of a request.

use counterfoil_tower::RejectionReason;
use poem::Request;

use crate::head::Head;
use crate::rejection::Rejection;

/// Returns the host that a request names, or `None` for an HTTP/1.0 request that names no host. poem accepts requests
/// with two `Host` lines or with none. Call this function in the outermost middleware, so that such a request is
/// refused before other code handles it.
///
/// # Errors
///
/// A rejection with status 400 if the request does not name exactly one valid host (RFC 9112 §3.2). An HTTP/1.0 request
/// that names no host is not an error.
///
/// ```
/// use counterfoil_poem::host_of;
/// use poem::{Endpoint as _, EndpointExt as _, Request, Result, handler};
///
/// #[handler]
/// async fn entered() -> &'static str {
///     "in"
/// }
///
/// async fn check_host(request: Request) -> Result<Request> {
///     host_of(&request)?;
///     Ok(request)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = entered.before(check_host);
/// for (hosts, status) in [(&["a.example"][..], 200), (&["a.example", "b.example"], 400), (&[], 400)] {
///     let request = hosts.iter().fold(Request::builder(), |request, host| request.header("host", *host));
///     assert_eq!(app.get_response(request.finish()).await.status(), status, "{hosts:?}");
/// }
/// # }
/// ```
pub fn host_of(request: &Request) -> Result<Option<String>, Rejection> {
    let host = counterfoil_http::host_of(&Head(request)).map(|host| host.map(str::to_owned));
    host.map_err(|_| counterfoil_tower::Rejection::new(RejectionReason::InvalidHost).into())
}

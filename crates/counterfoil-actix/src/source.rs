//! The source of a request.

use actix_web::dev::ServiceRequest;
use counterfoil::types::Source;
use counterfoil_http::TrustedProxies;
use http::header::{FORWARDED, HeaderMap, HeaderName, HeaderValue};

/// Returns the source of a request, which is the address for which failed attempts are counted. The source is the
/// address of the peer. If the peer is one of `proxies`, the source is the client's address that the proxies report.
/// Returns `None` if the server does not know the address of the peer. Call this function in the outermost middleware,
/// and insert the source into the request's extensions.
///
/// ```
/// use actix_web::dev::Service as _;
/// use actix_web::{App, HttpMessage as _, HttpRequest, test, web};
/// use counterfoil_actix::{Source, TrustedProxies, source_behind};
///
/// # #[actix_web::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let proxies: TrustedProxies = "10.0.0.0/8".parse()?;
/// let app = App::new()
///     .route(
///         "/",
///         web::get().to(|request: HttpRequest| async move {
///             let known = request.extensions().get::<Source>().and_then(Source::name).cloned();
///             known.map(|name| name.as_str().to_owned())
///         }),
///     )
///     .wrap_fn(move |request, next| {
///         if let Some(source) = source_behind(&proxies, &request) {
///             request.extensions_mut().insert(source);
///         }
///         next.call(request)
///     });
/// let app = test::init_service(app).await;
///
/// let request = test::TestRequest::get().insert_header(("x-forwarded-for", "192.0.2.7"));
/// let request = request.peer_addr("10.0.0.1:5000".parse()?).to_request();
/// assert_eq!(test::call_and_read_body(&app, request).await, "192.0.2.7");
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn source_behind(proxies: &TrustedProxies, request: &ServiceRequest) -> Option<Source> {
    let peer = request.peer_addr()?;
    let mut headers = HeaderMap::new();
    for name in [FORWARDED, HeaderName::from_static("x-forwarded-for")] {
        for value in request.headers().get_all(name.as_str()) {
            // `http` 0.2 and `http` 1 accept the same header values, so no value is dropped.
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                headers.append(&name, value);
            }
        }
    }
    Some(proxies.source(peer.ip(), &headers))
}

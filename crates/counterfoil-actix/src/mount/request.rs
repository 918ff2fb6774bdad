//! Converts requests of actix-web, which uses `http` 0.2, to requests of `http` 1.

use actix_web::dev::Payload;
use actix_web::{HttpMessage as _, HttpRequest};
use counterfoil::types::Source;
use counterfoil_tower::Authentication;
use http::{HeaderName, HeaderValue, Method, Request};

use super::payload::PayloadBody;
use crate::head::version;

/// Converts a request: its method, target, version and headers, and the extensions that endpoints read. Returns `None`
/// if a part cannot be converted. This is not expected, because `http` 0.2 and `http` 1 accept the same methods,
/// targets and headers.
pub(super) fn converted(request: &HttpRequest, payload: Payload) -> Option<Request<PayloadBody>> {
    let mut converted = Request::new(PayloadBody::new(request, payload));
    *converted.method_mut() = Method::from_bytes(request.method().as_str().as_bytes()).ok()?;
    *converted.uri_mut() = request.uri().to_string().parse().ok()?;
    *converted.version_mut() = version(request);
    for (name, value) in request.headers() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        converted.headers_mut().append(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
    }
    let extensions = request.extensions();
    if let Some(source) = extensions.get::<Source>() {
        converted.extensions_mut().insert(source.clone());
    }
    if let Some(known) = extensions.get::<Authentication>() {
        converted.extensions_mut().insert(known.clone());
    }
    drop(extensions);
    Some(converted)
}

//! Converts responses of `http` 1 to responses of actix-web, which uses `http` 0.2.

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

pub(crate) fn response<B: MessageBody + 'static>(response: http::Response<B>) -> HttpResponse<BoxBody> {
    let (parts, body) = response.into_parts();
    let mut converted = HttpResponse::with_body(status(parts.status), body).map_into_boxed_body();
    copy(&parts.headers, converted.headers_mut());
    converted
}

/// Converts a status. Both versions of `http` accept every status from 100 to 999.
pub(crate) fn status(status: http::StatusCode) -> StatusCode {
    StatusCode::from_u16(status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn copy(from: &http::HeaderMap, to: &mut HeaderMap) {
    for (name, value) in from {
        // Both versions of `http` accept the same header names and values.
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value) {
            to.append(name, value);
        }
    }
}

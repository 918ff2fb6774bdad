//! Converts answers of endpoints to responses of actix-web.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use http::Response;
use http::header::CONTENT_LENGTH;

use crate::convert;

/// Converts the response of an endpoint to a response of actix-web. The bytes of the body are not copied.
pub(super) fn converted(answer: Response<counterfoil_http::Body>, is_head: bool) -> HttpResponse {
    let length = answer.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    match length {
        // actix-web ignores the header `Content-Length` and writes the length of the body instead.
        Some(length) if is_head => convert::response(answer.map(|_| Withheld(length))),
        _ => convert::response(answer.map(counterfoil_http::Body::into_bytes)),
    }
}

/// The body of a response to `HEAD`. The body contains nothing. The size that it reports is the length of the body that
/// a `GET` would return.
struct Withheld(u64);

impl MessageBody for Withheld {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0)
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(None)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn host_46_the_memory_of_an_answer_is_passed_on_and_not_copied() {
        let bytes = Bytes::from(b"a secret".to_vec());
        let sent = converted(Response::new(bytes.clone().into()), false).into_body().try_into_bytes();
        assert_eq!(sent.expect("in memory").as_ptr(), bytes.as_ptr());
    }

    #[test]
    fn host_46_an_answer_to_head_has_its_length_and_no_body() {
        let mut answer = Response::new(counterfoil_http::Body::default());
        answer.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("7"));
        let sent = converted(answer, true).into_body();
        assert_eq!(sent.size(), BodySize::Sized(7));
        assert!(sent.try_into_bytes().is_err(), "nothing in memory");
    }
}

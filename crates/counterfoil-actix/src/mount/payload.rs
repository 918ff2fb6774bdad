//! The payload of an actix-web request, as a body that the endpoints can read.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use bytes::Bytes;
use futures_core::Stream as _;
use http_body::{Body, Frame, SizeHint};

/// The payload of a request as a body of `http_body`. The payload is not buffered. The size hint is the number of bytes
/// that are still to be read: the number of bytes that `Content-Length` announces, minus the bytes that were read.
pub(super) struct PayloadBody {
    payload: Payload,
    left: Option<u64>,
}

impl PayloadBody {
    pub(super) fn new(request: &HttpRequest, payload: Payload) -> Self {
        let headers = request.headers();
        // `Transfer-Encoding` overrides `Content-Length` (RFC 9112 §6.3).
        let length = headers.get(CONTENT_LENGTH).filter(|_| !headers.contains_key(TRANSFER_ENCODING));
        let left = length.and_then(|length| length.to_str().ok()?.parse().ok());
        Self { payload, left }
    }
}

impl Body for PayloadBody {
    type Data = Bytes;
    type Error = PayloadError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, PayloadError>>> {
        let piece = Pin::new(&mut self.payload).poll_next(context);
        if let (Poll::Ready(Some(Ok(bytes))), Some(left)) = (&piece, &mut self.left) {
            *left = left.saturating_sub(bytes.len() as u64);
        }
        piece.map(|piece| piece.map(|bytes| bytes.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

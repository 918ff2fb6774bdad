//! The bodies of responses.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

pub(crate) type Response = http::Response<Body>;

/// The body of a response. It is one piece in memory, or empty.
///
/// If the body contains a secret, its memory is wiped when the last [`Bytes`] of the body is dropped. So pass the
/// `Bytes` on, and do not copy the contents into another buffer.
///
/// ```
/// use counterfoil_http::Body;
///
/// assert_eq!(Body::from("text".to_owned()).into_bytes(), "text");
/// ```
#[derive(Default)]
pub struct Body(Bytes);

impl Body {
    /// Returns the whole body without copying it.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    pub(crate) fn length(&self) -> usize {
        self.0.len()
    }
}

/// Does not print the content, because it may be a secret.
impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body").field("length", &self.0.len()).finish()
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = std::mem::take(&mut self.0);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.len() as u64)
    }
}

//! The interface to the HTTP client that sends requests to the introspection endpoint.

use std::error::Error;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

/// The maximum size of the body of an introspection response, in bytes. A larger body counts as an outage.
pub const MOST_ANSWER: usize = 64 * 1024;

/// The reason why a request got no answer.
pub type TransportError = Box<dyn Error + Send + Sync>;

/// An HTTP client. With the feature `client`, this crate contains the implementation `HttpTransport`.
///
/// ```
/// use bytes::Bytes;
/// use counterfoil_remote::{Transport, TransportError};
/// use http::{Request, Response};
///
/// /// An endpoint that knows no token.
/// struct Nothing;
///
/// #[async_trait::async_trait]
/// impl Transport for Nothing {
///     async fn send(&self, _request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
///         let body = Bytes::from_static(br#"{"active":false}"#);
///         Ok(Response::builder().header("content-type", "application/json").body(body)?)
///     }
/// }
/// ```
#[async_trait::async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and reads the whole answer.
    ///
    /// An implementation must not follow redirects, because the request contains a secret. It must stop reading after
    /// [`MOST_ANSWER`] bytes. It needs no time-out of its own, because the future is dropped at the end of the
    /// time-out.
    ///
    /// # Errors
    ///
    /// Any error, if the endpoint gave no answer.
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError>;
}

#[async_trait::async_trait]
impl<T: Transport + ?Sized> Transport for Arc<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        (**self).send(request).await
    }
}

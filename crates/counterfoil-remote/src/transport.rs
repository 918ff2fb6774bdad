//! How a request reaches the endpoint.

use std::error::Error;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

/// The largest body of an answer, in bytes. A larger one is an outage.
pub const MOST_ANSWER: usize = 64 * 1024;

/// Why a request got no answer.
pub type TransportError = Box<dyn Error + Send + Sync>;

/// An HTTP client. The feature `client` has one, `HttpTransport`.
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
    /// An implementation follows no redirect, since the request has a secret, and stops reading after [`MOST_ANSWER`]
    /// bytes. It needs no time-out: the future is dropped when its time is over.
    ///
    /// # Errors
    ///
    /// Any error where there is no answer.
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError>;
}

#[async_trait::async_trait]
impl<T: Transport + ?Sized> Transport for Arc<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        (**self).send(request).await
    }
}

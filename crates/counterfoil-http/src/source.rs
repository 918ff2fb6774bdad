//! How a router learns where a request comes from.

use counterfoil::Unavailable;
use counterfoil::types::Source;
use http::Extensions;

/// How a router learns where its requests come from. Every router that tests secrets asks for it, so that a host
/// chooses.
///
/// ```
/// use std::net::IpAddr;
///
/// use counterfoil::types::Source;
/// use counterfoil_http::{Body, Endpoints};
/// use http::{Request, Response};
///
/// /// `token` was made with [`Sources::Extension`](counterfoil_http::Sources::Extension).
/// async fn serve<B: http_body::Body>(token: &Endpoints, peer: IpAddr, mut request: Request<B>) -> Response<Body> {
///     // The peer's address where nothing stands in front; what a trusted proxy says where one does.
///     request.extensions_mut().insert(Source::from(peer));
///     token.respond(request).await
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sources {
    /// The host puts a [`Source`] into the extensions of each request. One without it is answered 503, and the log says
    /// why.
    Extension,
    /// The host knows no sources. Failures are counted against nobody and a right secret is never refused; how fast
    /// passwords can be guessed is then the directory's to limit.
    Unknown,
}

impl Sources {
    /// Where a request comes from, as far as that is known: for the events of what tests no password.
    #[must_use]
    pub fn known(self, extensions: &Extensions) -> Source {
        match self {
            Self::Extension => counterfoil_tower::source_of(extensions),
            Self::Unknown => Source::Unknown,
        }
    }

    /// Where a request comes from, for what tests a secret.
    ///
    /// # Errors
    ///
    /// [`Unavailable::NoSource`] where the host is to say it and did not.
    pub fn of(self, extensions: &Extensions) -> Result<Source, Unavailable> {
        match self {
            Self::Extension => extensions.get::<Source>().cloned().ok_or(Unavailable::NoSource),
            Self::Unknown => Ok(Source::Unknown),
        }
    }
}

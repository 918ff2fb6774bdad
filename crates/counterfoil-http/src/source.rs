//! How an endpoint gets the source of a request.

use counterfoil::Unavailable;
use counterfoil::types::Source;
use http::Extensions;

/// Where an endpoint finds the source of a request, which is the address for which failed attempts are counted. Every
/// endpoint that checks secrets takes this as an argument, so that the host makes an explicit choice.
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
///     // Without a reverse proxy, the source is the peer's address. Behind one, use `TrustedProxies::source`.
///     request.extensions_mut().insert(Source::from(peer));
///     token.respond(request).await
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sources {
    /// The host puts a [`Source`] into the extensions of each request. A request without a `Source` gets 503, and the
    /// reason is logged.
    Extension,
    /// The host does not know the sources of requests. Failed attempts are not counted, and a correct secret is never
    /// refused because of them. The directory must then limit how fast passwords can be guessed.
    Unknown,
}

impl Sources {
    /// Returns the source of a request. Returns [`Source::Unknown`] if the request has no source, and always for
    /// [`Sources::Unknown`]. Endpoints use this method for requests that test no password. The source is written to the
    /// events of the request. It also decides whether a credential with allowed sources is accepted.
    #[must_use]
    pub fn known(self, extensions: &Extensions) -> Source {
        match self {
            Self::Extension => counterfoil_tower::source_of(extensions),
            Self::Unknown => Source::Unknown,
        }
    }

    /// Returns the source of a request that tests a secret.
    ///
    /// # Errors
    ///
    /// [`Unavailable::NoSource`] for [`Sources::Extension`] if the request has no source.
    pub fn of(self, extensions: &Extensions) -> Result<Source, Unavailable> {
        match self {
            Self::Extension => extensions.get::<Source>().cloned().ok_or(Unavailable::NoSource),
            Self::Unknown => Ok(Source::Unknown),
        }
    }
}

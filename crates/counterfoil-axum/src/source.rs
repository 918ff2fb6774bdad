//! How a router gets the source of a request.

use counterfoil::Unavailable;
use counterfoil::types::Source;
use http::Extensions;

/// How a router gets the source of its requests: the address that failed attempts are counted for. Every router that
/// checks secrets takes this as an argument, so that the host decides explicitly.
///
/// ```
/// use std::net::IpAddr;
///
/// use axum::Router;
/// use axum::extract::Request;
/// use axum::middleware::{Next, from_fn};
/// use counterfoil::types::Source;
/// use counterfoil::Counterfoil;
/// use counterfoil_axum::Sources;
///
/// fn endpoints(counterfoil: Counterfoil) -> Router {
///     let token = counterfoil_axum::token(counterfoil, Sources::Extension);
///     Router::from(token).layer(from_fn(async |mut request: Request, next: Next| {
///         // The peer's address where nothing stands in front; what a trusted proxy says where one does.
///         let peer = IpAddr::from([192, 0, 2, 7]);
///         request.extensions_mut().insert(Source::from(peer));
///         next.run(request).await
///     }))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sources {
    /// The host puts a [`Source`] into the extensions of each request. A request without it gets 503, and the log says
    /// why.
    Extension,
    /// The host does not know sources. Failures are counted for no source, and a correct secret is never refused. The
    /// directory must then limit how fast passwords can be guessed.
    Unknown,
}

impl Sources {
    /// The source of a request, if it is known. Used in events of requests that check no password.
    #[cfg(feature = "console")]
    pub(crate) fn known(self, extensions: &Extensions) -> Source {
        match self {
            Self::Extension => counterfoil_tower::source_of(extensions),
            Self::Unknown => Source::Unknown,
        }
    }

    /// The source of a request.
    pub(crate) fn of(self, extensions: &Extensions) -> Result<Source, Unavailable> {
        match self {
            Self::Extension => extensions.get::<Source>().cloned().ok_or(Unavailable::NoSource),
            Self::Unknown => Ok(Source::Unknown),
        }
    }
}

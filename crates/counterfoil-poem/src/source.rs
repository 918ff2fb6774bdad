//! Determines the source of a request behind reverse proxies.

use counterfoil::types::Source;
use counterfoil_http::TrustedProxies;
use poem::Request;

/// Returns the source of a request, which is the address for which failed attempts are counted. If the peer is one of
/// `proxies`, the source is the address that the proxies report for the client. Otherwise the source is the address of
/// the peer. Returns `None` if the peer has no IP address. Call this function in the outermost middleware, and insert
/// the source into the request's extensions.
///
/// ```
/// use counterfoil_poem::{Source, TrustedProxies, source_behind};
/// use http::uri::Scheme;
/// use poem::web::{LocalAddr, RemoteAddr};
/// use poem::{Addr, Body, Request, RequestParts};
///
/// // A request, as a server makes it.
/// let (parts, ()) = http::Request::get("/").header("x-forwarded-for", "192.0.2.7").body(())?.into_parts();
/// let peer = RemoteAddr(Addr::socket("10.0.0.1:5000".parse()?));
/// let parts = RequestParts::from((parts, LocalAddr::default(), peer, Scheme::HTTP));
/// let request = Request::from_parts(parts, Body::empty());
///
/// let proxies: TrustedProxies = "10.0.0.0/8".parse()?;
/// assert_eq!(source_behind(&proxies, &request), Some(Source::new("192.0.2.7")?));
/// assert_eq!(source_behind(&TrustedProxies::default(), &request), Some(Source::new("10.0.0.1")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn source_behind(proxies: &TrustedProxies, request: &Request) -> Option<Source> {
    let peer = request.remote_addr().as_socket_addr()?;
    Some(proxies.source(peer.ip(), request.headers()))
}

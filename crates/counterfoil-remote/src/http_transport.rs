//! The HTTP client of this crate, built on hyper.

#[cfg(feature = "tls")]
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
#[cfg(feature = "tls")]
use rustls::crypto::CryptoProvider;

use crate::transport::{MOST_ANSWER, Transport, TransportError};

#[cfg(feature = "tls")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
#[cfg(not(feature = "tls"))]
type Connector = HttpConnector;

/// The time after which an unused connection is closed. It is shorter than the idle time-out of most servers, so a
/// request is rarely sent on a connection that the server is just closing.
const IDLE: Duration = Duration::from_secs(15);

/// An HTTP/1.1 client with a pool of connections. It can be used for several endpoints. It follows no redirects and
/// uses no proxies.
///
/// With the feature `tls`, it uses TLS 1.2 or 1.3 for an `https` endpoint and trusts the system's root certificates.
#[derive(Clone, Debug)]
pub struct HttpTransport(Client<Connector, Full<Bytes>>);

impl HttpTransport {
    /// Makes a client without open connections.
    ///
    /// # Errors
    ///
    /// With the feature `tls`, returns an error if the system's root certificates cannot be read.
    pub fn new() -> Result<Self, TransportError> {
        let mut client = Client::builder(TokioExecutor::new());
        client.pool_idle_timeout(IDLE).pool_timer(TokioTimer::new());
        Ok(Self(client.build(connector()?)))
    }
}

#[cfg(feature = "tls")]
fn connector() -> Result<Connector, TransportError> {
    let mut http = HttpConnector::new();
    http.set_nodelay(true);
    http.enforce_http(false);
    let provider = match CryptoProvider::get_default() {
        Some(installed) => installed.clone(),
        None => Arc::new(rustls::crypto::ring::default_provider()),
    };
    let builder = hyper_rustls::HttpsConnectorBuilder::new().with_provider_and_native_roots(provider)?;
    Ok(builder.https_or_http().enable_http1().wrap_connector(http))
}

#[cfg(not(feature = "tls"))]
fn connector() -> Result<Connector, TransportError> {
    let mut http = HttpConnector::new();
    http.set_nodelay(true);
    Ok(http)
}

#[async_trait::async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let (parts, body) = self.0.request(request.map(Full::new)).await?.into_parts();
        let body = Limited::new(body, MOST_ANSWER).collect().await?.to_bytes();
        Ok(Response::from_parts(parts, body))
    }
}

//! The builder of a verifier, and the reasons why a verifier cannot be built.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use counterfoil::clock::{Clock, SystemClock};
use counterfoil::crypto::NoEntropy;
use counterfoil::{Realm, Secret};
use http::Uri;
use http::uri::Scheme;
use tokio::sync::Semaphore;

use crate::introspection::answer::Expected;
use crate::introspection::cache::Cache;
use crate::introspection::flights::Flights;
use crate::introspection::request::Endpoint;
use crate::introspection::token_key::TokenKeys;
use crate::introspection::{Asker, Introspection, MOST_REQUESTS};
use crate::transport::{Transport, TransportError};

/// The maximum time for which an answer may be cached.
const LONGEST: Duration = Duration::from_secs(60);

/// Configures and builds an [`Introspection`].
///
/// ```
/// use std::time::Duration;
///
/// use counterfoil_remote::Introspection;
///
/// let secret = "from the configuration".to_owned();
/// let verifier = Introspection::builder("http://127.0.0.1:8080/introspect", "reports", secret)
///     .of_counterfoil()
///     .cache_for(Duration::from_secs(5))
///     .build()?;
/// # let _ = verifier;
/// # Ok::<(), counterfoil_remote::InvalidSetup>(())
/// ```
#[must_use]
pub struct IntrospectionBuilder {
    endpoint: String,
    client_id: String,
    client_secret: Secret,
    plain_http: bool,
    transport: Option<Arc<dyn Transport>>,
    clock: Arc<dyn Clock>,
    time_out: Duration,
    believed: Duration,
    entries: usize,
    expected: Expected,
}

/// The reason why a verifier cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSetup {
    /// The endpoint is not an absolute `https` or `http` URL, or it contains user information.
    #[error("the endpoint must be a URL such as https://auth.example.com/introspect")]
    Endpoint,
    /// The endpoint is on another machine and its URL is `http`, so that tokens and the client secret would be sent
    /// unencrypted.
    #[error("the endpoint must begin with https:// unless plain HTTP is allowed")]
    PlainHttp,
    /// The URL of the endpoint is `https`, but the feature `tls` is off and no transport was set.
    #[error("an https endpoint needs the feature `tls` of counterfoil-remote, or a transport")]
    NoTls,
    /// No transport was set, and the feature `client` is off.
    #[error("give a transport, or turn on the feature `client` of counterfoil-remote")]
    NoTransport,
    /// The cache time is longer than 60 s.
    #[error("an answer can be cached for at most 60 seconds")]
    CacheFor,
    /// The time-out is zero.
    #[error("the time-out must be longer than zero")]
    TimeOut,
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made")]
    Client(#[source] TransportError),
    /// The operating system gave no random key for the cache.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

impl IntrospectionBuilder {
    pub(super) fn new(endpoint: String, client_id: String, client_secret: Secret) -> Self {
        Self {
            endpoint,
            client_id,
            client_secret,
            plain_http: false,
            transport: None,
            clock: Arc::new(SystemClock),
            time_out: Duration::from_secs(5),
            believed: Duration::from_secs(1),
            entries: 10_000,
            expected: Expected { realm: Realm::default(), audience: None, issuer: None, of_counterfoil: false },
        }
    }

    /// States that the introspection endpoint belongs to a `counterfoil` service. Then each answer must contain `kind`
    /// and `role`. A token without a scope permits everything that its subject may do.
    ///
    /// Without this call, the endpoint can be any endpoint of RFC 7662. Then the kind and the role of a token are
    /// unknown. A token without a scope permits nothing that requires a scope token.
    pub fn of_counterfoil(mut self) -> Self {
        self.expected.of_counterfoil = true;
        self
    }

    /// Sets the realm that is named in challenges (`WWW-Authenticate`). Default: `default`.
    pub fn realm(mut self, realm: Realm) -> Self {
        self.expected.realm = realm;
        self
    }

    /// Refuses tokens whose `aud` does not contain this audience. Do not call this method for the endpoint of a
    /// `counterfoil` service: its answers have no `aud`.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.expected.audience = Some(audience.into());
        self
    }

    /// Refuses tokens whose `iss` is not exactly this issuer. Do not call this method for the endpoint of a
    /// `counterfoil` service: its answers have no `iss`.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.expected.issuer = Some(issuer.into());
        self
    }

    /// Sets for how long an answer about an active token is cached: at most 60 s, and never past the token's `exp`. A
    /// revoked token may be accepted for this time. Default: 1 s. If the time is zero, every verification sends a
    /// request.
    pub fn cache_for(mut self, time: Duration) -> Self {
        self.believed = time;
        self
    }

    /// Sets the maximum number of cached answers. If the cache is full, the oldest answer is removed. An answer takes
    /// about 500 bytes. Default: 10,000.
    pub fn cache_entries(mut self, most: usize) -> Self {
        self.entries = most;
        self
    }

    /// Sets the maximum time to wait for an answer, including the time to connect. Default: 5 s.
    pub fn time_out(mut self, time: Duration) -> Self {
        self.time_out = time;
        self
    }

    /// Allows an `http` endpoint on another machine. Use it only in networks that are encrypted in another way.
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Sets the HTTP client. Default: `HttpTransport`, if the feature `client` is on.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sets the clock by which cached answers and tokens expire. Default: the system's clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Builds the verifier. This sends no request, so a wrong client secret is noticed only when the first token is
    /// verified.
    ///
    /// # Errors
    ///
    /// [`InvalidSetup`] if the configuration is invalid.
    pub fn build(self) -> Result<Introspection, InvalidSetup> {
        let uri = self.checked_endpoint()?;
        if self.believed > LONGEST {
            return Err(InvalidSetup::CacheFor);
        }
        if self.time_out.is_zero() {
            return Err(InvalidSetup::TimeOut);
        }
        let transport = match self.transport {
            Some(transport) => transport,
            None => default_transport(&uri)?,
        };
        let endpoint = Endpoint { uri, client_id: self.client_id, client_secret: self.client_secret };
        let (clock, time_out, expected) = (self.clock, self.time_out, self.expected);
        Ok(Introspection {
            asker: Arc::new(Asker {
                endpoint,
                transport,
                clock,
                time_out,
                expected,
                places: Semaphore::new(MOST_REQUESTS),
            }),
            keys: Arc::new(TokenKeys::draw()?),
            flights: Arc::new(Flights::new(Cache::new(self.believed, self.entries))),
        })
    }

    fn checked_endpoint(&self) -> Result<Uri, InvalidSetup> {
        let uri: Uri = self.endpoint.parse().map_err(|_| InvalidSetup::Endpoint)?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(InvalidSetup::Endpoint);
        };
        if authority.host().is_empty() || authority.as_str().contains('@') {
            return Err(InvalidSetup::Endpoint);
        }
        if *scheme == Scheme::HTTPS || (*scheme == Scheme::HTTP && (self.plain_http || is_loopback(authority.host()))) {
            return Ok(uri);
        }
        Err(if *scheme == Scheme::HTTP { InvalidSetup::PlainHttp } else { InvalidSetup::Endpoint })
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(feature = "client")]
fn default_transport(uri: &Uri) -> Result<Arc<dyn Transport>, InvalidSetup> {
    if cfg!(not(feature = "tls")) && uri.scheme() == Some(&Scheme::HTTPS) {
        return Err(InvalidSetup::NoTls);
    }
    let transport = crate::http_transport::HttpTransport::new().map_err(InvalidSetup::Client)?;
    Ok(Arc::new(transport))
}

#[cfg(not(feature = "client"))]
fn default_transport(_uri: &Uri) -> Result<Arc<dyn Transport>, InvalidSetup> {
    Err(InvalidSetup::NoTransport)
}

impl fmt::Debug for IntrospectionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client_id, expected, .. } = self;
        let mut shown = f.debug_struct("IntrospectionBuilder");
        shown.field("client_id", client_id).field("expected", expected);
        shown.finish_non_exhaustive()
    }
}

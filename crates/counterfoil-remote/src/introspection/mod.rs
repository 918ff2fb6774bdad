//! Verifies tokens by introspection (RFC 7662).

mod answer;
pub(crate) mod builder;
mod cache;
mod flights;
mod request;
mod token_key;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use counterfoil::clock::Clock;
use counterfoil::http_auth::{Credentials, credentials};
use counterfoil::types::{Source, SourceName};
use counterfoil::{Challenge, Realm, Secret, Timestamp};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Response, StatusCode};
use tokio::sync::Semaphore;

use crate::error::{AnswerFault, Outage, RemoteRefusal, VerifyError};
use crate::introspection::answer::Expected;
use crate::introspection::builder::IntrospectionBuilder;
use crate::introspection::flights::{Flights, Found, Outcome};
use crate::introspection::request::Endpoint;
use crate::introspection::token_key::{TokenKey, TokenKeys};
use crate::principal::RemotePrincipal;
use crate::transport::{MOST_ANSWER, Transport};

/// The maximum length of a token in bytes. A longer token is refused without a request.
const MOST_TOKEN: usize = 4096;
/// The maximum number of concurrent introspection requests. A `counterfoil` service by default allows 100 concurrent
/// checks of one client's secret, so it does not refuse these requests as too many.
const MOST_REQUESTS: usize = 64;

/// Verifies tokens in a resource server, by asking an authorization server over HTTP. Clones share the cache and the
/// connections.
///
/// - An answer about an active token is cached: for 1 s by default, at most 60 s, and never past the token's `exp`. The
///   time begins before the request is sent. So a revocation takes effect after this time at the latest. Other answers
///   are not cached.
/// - Concurrent callers with the same token share one request. If the endpoint belongs to a `counterfoil` service and
///   the source is known ([`Introspection::verify_from`]), they share a request only if the address is the same too.
/// - If the endpoint gives no valid answer, the result is an [`Outage`] (503), never "not active".
///
/// An `Introspection` needs a tokio runtime whose timer is enabled.
#[derive(Clone)]
pub struct Introspection {
    asker: Arc<Asker>,
    keys: Arc<TokenKeys>,
    flights: Arc<Flights>,
}

/// Sends the requests to the introspection endpoint.
struct Asker {
    endpoint: Endpoint,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    time_out: Duration,
    expected: Expected,
    /// A semaphore with one permit for each request that can run at the same time.
    places: Semaphore,
}

impl Introspection {
    /// Begins the configuration of a verifier. Takes the URL of the introspection endpoint, and the client id and the
    /// secret with which this resource server authenticates at the endpoint.
    pub fn builder(
        endpoint: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> IntrospectionBuilder {
        IntrospectionBuilder::new(endpoint.into(), client_id.into(), client_secret.into())
    }

    /// The realm that is named in challenges (`WWW-Authenticate`).
    #[must_use]
    pub fn realm(&self) -> &Realm {
        &self.asker.expected.realm
    }

    /// Verifies a token whose source is unknown. If the token may be used only from allowed sources, a `counterfoil`
    /// service then answers that it is not active. For such tokens, use [`Introspection::verify_from`].
    ///
    /// # Errors
    ///
    /// [`VerifyError::Refused`] if the token is not valid, and [`VerifyError::Unavailable`] if the endpoint gave no
    /// valid answer.
    ///
    /// # Cancel safety
    ///
    /// The future may be dropped. A request that has begun still runs to its end, because the authorization server may
    /// count an aborted request as a wrong secret of this resource server.
    pub async fn verify(&self, token: &str) -> Result<RemotePrincipal, VerifyError> {
        self.verify_from(token, &Source::Unknown).await
    }

    /// Verifies a token that is used from this source. If the endpoint belongs to a `counterfoil` service
    /// ([`IntrospectionBuilder::of_counterfoil`]) and the source is an address, the request has the parameter `source`.
    /// The answer is then cached and shared only for the same token from the same address. The address is not sent to
    /// an endpoint of another kind.
    ///
    /// # Errors
    ///
    /// The errors of [`Introspection::verify`].
    ///
    /// # Cancel safety
    ///
    /// The same as for [`Introspection::verify`].
    pub async fn verify_from(&self, token: &str, source: &Source) -> Result<RemotePrincipal, VerifyError> {
        if token.is_empty() || token.len() > MOST_TOKEN {
            return Err(VerifyError::Refused(RemoteRefusal::Malformed));
        }
        let address = source.name().and_then(SourceName::address).filter(|_| self.asker.expected.of_counterfoil);
        let key = self.keys.of(token, address);
        let now = self.asker.clock.now();
        let mut is_new = false;
        let found = self.flights.find(key, now, || {
            is_new = true;
            let (asker, flights) = (self.asker.clone(), self.flights.clone());
            let token = Secret::from(token.to_owned());
            async move { asker.ask_and_keep(&flights, key, (&token, address), now).await }
        });
        match found {
            Found::Kept(principal) => Ok(principal),
            Found::Waiting(flight) => {
                if is_new {
                    drop(tokio::spawn(flight.clone()));
                }
                flight.await.and_then(|principal| self.asker.unexpired(principal))
            }
        }
    }

    /// Authenticates a request whose source is unknown by its `Authorization` header (RFC 6750 §2.1). This is
    /// [`Introspection::authenticate_from`] with the source [`Source::Unknown`].
    ///
    /// # Errors
    ///
    /// A [`Challenge`], which contains the status, `WWW-Authenticate` and `Retry-After`.
    ///
    /// # Cancel safety
    ///
    /// The same as for [`Introspection::verify`].
    pub async fn authenticate<'a>(
        &self,
        authorization: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<RemotePrincipal, Challenge> {
        self.authenticate_from(authorization, &Source::Unknown).await
    }

    /// Authenticates a request by its `Authorization` header (RFC 6750 §2.1), like
    /// [`Counterfoil::authenticate`](counterfoil::Counterfoil::authenticate). `source` is the source of the request.
    /// `authorization` contains all values of the header. If there is more than one value, the request is refused.
    /// [`Introspection::verify_from`] says what the source is used for.
    ///
    /// # Errors
    ///
    /// A [`Challenge`], which contains the status, `WWW-Authenticate` and `Retry-After`.
    ///
    /// # Cancel safety
    ///
    /// The same as for [`Introspection::verify`].
    pub async fn authenticate_from<'a>(
        &self,
        authorization: impl IntoIterator<Item = &'a [u8]>,
        source: &Source,
    ) -> Result<RemotePrincipal, Challenge> {
        match credentials(authorization) {
            Ok(Credentials::Bearer(token)) => {
                let verified = self.verify_from(token.expose_secret(), source).await;
                verified.map_err(|error| error.challenge(self.realm()))
            }
            Ok(Credentials::Absent | Credentials::OtherScheme) => Err(Challenge::no_credential(self.realm())),
            Err(fault) => Err(Challenge::malformed(fault, self.realm())),
        }
    }
}

impl Asker {
    async fn ask_and_keep(
        &self,
        flights: &Flights,
        key: TokenKey,
        (token, address): (&Secret, Option<IpAddr>),
        asked_at: Timestamp,
    ) -> Outcome {
        let outcome = self.ask(token, address).await;
        #[cfg(feature = "tracing")]
        log(&outcome);
        if let Ok(principal) = &outcome {
            flights.keep(key, asked_at, principal.clone(), self.clock.now());
        }
        outcome
    }

    async fn ask(&self, token: &Secret, address: Option<IpAddr>) -> Outcome {
        let request = self.endpoint.request(token.expose_secret(), address);
        let sending = async {
            let _place = self.places.acquire().await;
            self.transport.send(request).await
        };
        let response = match tokio::time::timeout(self.time_out, sending).await {
            Err(_elapsed) => return Err(VerifyError::outage(Outage::TimedOut)),
            Ok(Err(error)) => return Err(VerifyError::outage(Outage::Transport(error))),
            Ok(Ok(response)) => response,
        };
        let body = accepted(response).map_err(VerifyError::outage)?;
        match answer::read(&body, &self.expected, self.clock.now()) {
            Ok(outcome) => outcome.map_err(VerifyError::Refused),
            Err(fault) => Err(VerifyError::outage(fault)),
        }
    }

    /// Returns the principal, or a refusal if the token expired while the caller waited.
    fn unexpired(&self, principal: RemotePrincipal) -> Outcome {
        match principal.expires_at() {
            Some(at) if self.clock.now().reached(at) => Err(VerifyError::Refused(RemoteRefusal::Expired { at })),
            _ => Ok(principal),
        }
    }
}

/// Returns the body of an introspection response, or an error if the status or the media type is wrong.
fn accepted(response: Response<Bytes>) -> Result<Bytes, Outage> {
    match response.status() {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED => return Err(Outage::ClientRefused),
        other => return Err(Outage::Status { status: other.as_u16() }),
    }
    if response.body().len() > MOST_ANSWER {
        return Err(AnswerFault::TooLarge.into());
    }
    if !is_json(response.headers()) {
        return Err(AnswerFault::MediaType.into());
    }
    Ok(response.into_body())
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let essence = value.as_bytes().split(|&byte| byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

#[cfg(feature = "tracing")]
fn log(outcome: &Outcome) {
    use std::error::Error as _;
    match outcome {
        Ok(_) => {}
        Err(VerifyError::Refused(refusal)) => {
            tracing::debug!(target: "counterfoil", reason = %refusal, "token refused");
        }
        Err(error @ VerifyError::Unavailable(outage)) if error.is_misconfiguration() => {
            tracing::error!(target: "counterfoil", reason = %outage, "correct the client id or secret of this resource server");
        }
        Err(VerifyError::Unavailable(outage)) => {
            let cause = outage.source().map(tracing::field::display);
            tracing::warn!(target: "counterfoil", reason = %outage, cause, "introspection is unavailable");
        }
    }
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection").field("expected", &self.asker.expected).finish_non_exhaustive()
    }
}

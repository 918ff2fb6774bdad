//! The service that the layer puts around an inner service.

use std::task::{Context, Poll};

use counterfoil::types::Source;
use counterfoil::{Challenge, Counterfoil, Principal};
use http::header::{AUTHORIZATION, Entry};
use http::{HeaderMap, HeaderValue, Request, Response};
use tower_service::Service;

use crate::authenticate::future::{ResponseFuture, State, Verifying};
use crate::authenticate::layer::AuthenticateLayer;
use crate::authentication::Authentication;
use crate::generic::Authenticator;
use crate::refuse::Refuse;
use crate::request_head::{RequestHead, is_preflight};
use crate::source::source_of;

/// Authenticates requests. [`AuthenticateLayer`] puts this service around an inner service.
#[derive(Clone, Debug)]
pub struct Authenticate<S, A, R> {
    pub(super) inner: S,
    pub(super) layer: AuthenticateLayer<A, R>,
}

/// What is known of a request before its credential is verified: it is already authenticated, or it needs a
/// verification.
enum Seen<P> {
    Known(Authentication<P>),
    Ask(Verifying<P>),
}

impl<S, A, R, B, C> Service<Request<B>> for Authenticate<S, A, R>
where
    S: Service<Request<B>, Response = Response<C>> + Clone,
    A: Authenticator,
    R: Refuse<C>,
{
    type Response = Response<C>;
    type Error = S::Error;
    type Future = ResponseFuture<S, A::Principal, R, B, C>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        mark_sensitive(request.headers_mut());
        let realm = self.layer.authenticator.realm();
        let preflight = self.layer.pass_preflights && is_preflight(&request);
        let seen = match request.extensions().get::<Authentication<A::Principal>>() {
            known if preflight && !known.is_some_and(Authentication::is_attempted) => {
                Seen::Known(Authentication::preflight(realm))
            }
            Some(known) => Seen::Known(known.clone().of_realm(realm)),
            None => look(&self.layer.authenticator, request.headers(), source_of(request.extensions())),
        };
        // Only `self.inner` was polled ready, so this request uses it. A clone replaces it for the next request.
        let clone = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, clone);
        let state = State::new(inner, request);
        match seen {
            Seen::Ask(verifying) => {
                ResponseFuture::verifying(verifying, state, self.layer.required, self.layer.refuse.clone())
            }
            Seen::Known(known) => match known.principal() {
                Err(rejection) if self.layer.required && !known.is_preflight() => {
                    ResponseFuture::refused(self.layer.refuse.refuse(rejection))
                }
                _ => ResponseFuture::calling(state, known),
            },
        }
    }
}

fn look<A: Authenticator>(authenticator: &A, headers: &HeaderMap, source: Source) -> Seen<A::Principal> {
    let authenticator = authenticator.clone();
    let values = authorization(headers);
    Seen::Ask(Box::pin(async move { authenticator.authenticate(&values, &source).await.into() }))
}

/// Authenticates a request as [`AuthenticateLayer`](crate::AuthenticateLayer) does, for adapters that are not tower
/// layers. Events about the request contain the [`Source`] from its extensions.
///
/// If the extensions already contain an [`Authentication`](crate::Authentication), `Authorization` is not read, and
/// this `Authentication` is returned. There are two exceptions, for which a rejection is returned: a principal of
/// another realm than that of `counterfoil`, and a CORS preflight that a layer let pass (see
/// [`of_realm`](crate::generic::Authentication::of_realm)).
///
/// # Cancel safety
///
/// Dropping the future changes nothing.
///
/// ```
/// # use counterfoil::Counterfoil;
/// use counterfoil_tower::authenticate;
/// use http::request::Parts;
///
/// /// The status for a request that needs a credential.
/// async fn status(counterfoil: &Counterfoil, parts: &Parts) -> u16 {
///     let known = authenticate(counterfoil, parts).await;
///     known.principal().map_or_else(|rejection| rejection.status().as_u16(), |_| 200)
/// }
/// # futures_executor::block_on(async {
/// # let service = counterfoil::testing::service();
/// # let (parts, ()) = http::Request::new(()).into_parts();
/// assert_eq!(status(service.counterfoil(), &parts).await, 401);
/// # });
/// ```
pub async fn authenticate(counterfoil: &Counterfoil, request: &impl RequestHead) -> crate::Authentication {
    if let Some(known) = request.with_extension(|known: Option<&crate::Authentication>| known.cloned()) {
        return known.of_realm(counterfoil.realm());
    }
    let source = request.with_extension(|source| source.cloned().unwrap_or(Source::Unknown));
    let values: Vec<&[u8]> = request.values(AUTHORIZATION.as_str()).collect();
    verify(counterfoil, values, &source).await.into()
}

/// Verifies the credential in these values of `Authorization`. If the values are malformed, the reason is logged.
pub(crate) async fn verify<'a>(
    counterfoil: &Counterfoil,
    values: impl IntoIterator<Item = &'a [u8]>,
    source: &Source,
) -> Result<Principal, Challenge> {
    let outcome = counterfoil.authenticate(values, source).await;
    #[cfg(feature = "tracing")]
    if let Err(counterfoil::ChallengeReason::Malformed(fault)) = outcome.as_ref().map_err(Challenge::reason) {
        tracing::debug!(target: "counterfoil", reason = %fault, "request refused");
    }
    outcome
}

/// Returns all values of the header. A clone of a value shares its bytes.
fn authorization(headers: &HeaderMap) -> Vec<HeaderValue> {
    headers.get_all(AUTHORIZATION).iter().cloned().collect()
}

/// Marks `Authorization` as sensitive. The value is then neither printed nor stored in the compression table of HTTP/2.
///
/// ```
/// let mut request = http::Request::get("/").header("authorization", "Bearer secret").body(())?;
/// counterfoil_tower::mark_sensitive(request.headers_mut());
/// assert!(!format!("{request:?}").contains("secret"));
/// # Ok::<(), http::Error>(())
/// ```
pub fn mark_sensitive(headers: &mut HeaderMap) {
    if let Entry::Occupied(mut values) = headers.entry(AUTHORIZATION) {
        values.iter_mut().for_each(|value| value.set_sensitive(true));
    }
}

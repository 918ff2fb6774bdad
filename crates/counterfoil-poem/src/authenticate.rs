//! The middleware that finds out who is calling.

use counterfoil::{Challenge, Counterfoil};
use counterfoil_tower::Authentication;
use http::HeaderMap;
use http::header::{AUTHORIZATION, Entry};
use poem::{Endpoint, Middleware, Request, Result};

use crate::preflight::is_preflight;
use crate::rejection::Rejection;

/// Authenticates every request: `Authorization: Bearer …` with an access token, a personal access token or a security
/// code.
///
/// It puts an [`Authentication`](crate::Authentication) into the request's extensions, where the extractor
/// [`Principal`](crate::Principal) and [`RequireScope`](crate::RequireScope) read it. There are three outcomes: active;
/// refused, with a reason that the caller does not learn in full; and 503 if a store or the directory is unavailable.
///
/// | | no credential | refused, or not to be verified |
/// |---|---|---|
/// | [`Authenticate::required`] | refused | refused |
/// | [`Authenticate::optional`] | the handler runs | refused |
/// | [`Authenticate::deferred`] | the handler runs | the handler runs |
///
/// A refusal is a [`poem::Error`] of a [`Rejection`]: `catch_error(|rejection: Rejection| …)` gives it another shape.
/// The header is marked as sensitive, so that nothing behind prints it. A CORS preflight passes unauthenticated, since
/// browsers send no credential with it. An [`Authentication`](crate::Authentication) that is there already holds. Tokens
/// in the query string, the body or a cookie are not read.
///
/// ```
/// use counterfoil_poem::{Authenticate, Principal};
/// use poem::{Endpoint as _, EndpointExt as _, Request, Route, get, handler};
///
/// #[handler]
/// async fn hello(who: Principal) -> String {
///     format!("hello, {}", who.name())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let service = counterfoil::testing::service();
/// let app = Route::new().at("/", get(hello)).with(Authenticate::required(service.counterfoil().clone()));
///
/// let refused = app.get_response(Request::default()).await;
/// assert_eq!(refused.status(), 401);
/// assert_eq!(refused.headers()["www-authenticate"], "Bearer realm=\"default\"");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Authenticate {
    counterfoil: Counterfoil,
    mode: Mode,
}

/// Which requests are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Required,
    Optional,
    Deferred,
}

impl Authenticate {
    /// Refuses whatever is not active.
    #[must_use]
    pub fn required(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, mode: Mode::Required }
    }

    /// Refuses a credential that is not active. A request without a credential reaches the handler, which takes an
    /// `Option<Principal>`.
    #[must_use]
    pub fn optional(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, mode: Mode::Optional }
    }

    /// Refuses nothing: the handler takes a `poem::Result<Principal>` and decides.
    ///
    /// Do not take an `Option<Principal>` behind it: poem makes `None` of every rejection, of an outage too.
    #[must_use]
    pub fn deferred(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, mode: Mode::Deferred }
    }

    /// What is known of a request, or what its credential comes to.
    async fn look(&self, request: &Request, preflight: bool) -> Authentication {
        let extensions = request.extensions();
        if preflight && extensions.get::<Authentication>().is_none() {
            return Authentication::rejected(Challenge::no_credential(self.counterfoil.realm()).into());
        }
        counterfoil_tower::authenticate(&self.counterfoil, request.headers(), extensions).await
    }

    /// The rejection with which the request ends here.
    fn refused(&self, known: &Authentication, preflight: bool) -> Option<Rejection> {
        let rejection = known.principal().err()?;
        let refuses = match self.mode {
            Mode::Required => true,
            Mode::Optional => known.is_attempted(),
            Mode::Deferred => false,
        };
        (refuses && !preflight).then(|| rejection.clone().into())
    }
}

impl<E: Endpoint> Middleware<E> for Authenticate {
    type Output = AuthenticateEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        AuthenticateEndpoint { inner, settings: self.clone() }
    }
}

/// Authenticates requests: made by [`Authenticate`].
#[derive(Clone, Debug)]
pub struct AuthenticateEndpoint<E> {
    inner: E,
    settings: Authenticate,
}

impl<E: Endpoint> Endpoint for AuthenticateEndpoint<E> {
    type Output = E::Output;

    async fn call(&self, mut request: Request) -> Result<E::Output> {
        mark_sensitive(request.headers_mut());
        let preflight = is_preflight(&request);
        let known = self.settings.look(&request, preflight).await;
        if let Some(rejection) = self.settings.refused(&known, preflight) {
            return Err(rejection.into());
        }
        request.extensions_mut().insert(known);
        self.inner.call(request).await
    }
}

/// A header that is marked so is not printed, nor indexed by HTTP/2's compression.
fn mark_sensitive(headers: &mut HeaderMap) {
    if let Entry::Occupied(mut values) = headers.entry(AUTHORIZATION) {
        values.iter_mut().for_each(|value| value.set_sensitive(true));
    }
}

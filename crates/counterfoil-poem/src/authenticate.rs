//! The middleware that authenticates requests.

use counterfoil::{Challenge, Counterfoil};
use counterfoil_tower::Authentication;
use http::HeaderMap;
use http::header::{AUTHORIZATION, Entry};
use poem::{Endpoint, Middleware, Request, Result};

use crate::preflight::is_preflight;
use crate::rejection::Rejection;

/// Authenticates each request by the credential in `Authorization: Bearer …`: an access token, a personal access token
/// or a security code.
///
/// It stores the result as an [`Authentication`](crate::Authentication) in the request's extensions. The extractor
/// [`Principal`](crate::Principal) and the guard [`RequireScope`](crate::RequireScope) read it there. The response to a
/// refused request does not contain the full reason. If a store or the directory is unavailable, the response is 503.
///
/// | constructor | request without a credential | credential refused, or verification unavailable |
/// |---|---|---|
/// | [`Authenticate::required`] | refused | refused |
/// | [`Authenticate::optional`] | the handler runs | refused |
/// | [`Authenticate::deferred`] | the handler runs | the handler runs |
///
/// A refusal is a [`poem::Error`] that contains a [`Rejection`]. To change the response, use
/// `catch_error(|rejection: Rejection| …)`. The middleware marks the header as sensitive, so that no inner endpoint
/// prints it. A CORS preflight passes without authentication, because browsers send no credential with it. If the
/// extensions already contain an [`Authentication`](crate::Authentication), the middleware uses it and verifies no
/// credential. The middleware does not read tokens from the query string, the body or a cookie.
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

/// Which requests the middleware refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Required,
    Optional,
    Deferred,
}

impl Authenticate {
    /// Refuses every request without an active credential.
    #[must_use]
    pub fn required(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, mode: Mode::Required }
    }

    /// Refuses requests whose credential is not active. A request without a credential reaches the handler. The handler
    /// takes an `Option<Principal>`.
    #[must_use]
    pub fn optional(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, mode: Mode::Optional }
    }

    /// Refuses no request. The handler takes a `poem::Result<Principal>` and decides.
    ///
    /// Do not take an `Option<Principal>` in such a handler: poem turns every rejection into `None`, even the rejection
    /// that reports an outage.
    #[must_use]
    pub fn deferred(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, mode: Mode::Deferred }
    }

    /// Returns the authentication from the request's extensions. If there is none, verifies the request's credential.
    async fn look(&self, request: &Request, preflight: bool) -> Authentication {
        let extensions = request.extensions();
        if preflight && extensions.get::<Authentication>().is_none() {
            return Authentication::rejected(Challenge::no_credential(self.counterfoil.realm()).into());
        }
        counterfoil_tower::authenticate(&self.counterfoil, request.headers(), extensions).await
    }

    /// Returns the rejection if the middleware must refuse the request, or `None` if the request may pass.
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

/// The endpoint that [`Authenticate`] puts around an inner endpoint.
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

/// Marks `Authorization` as sensitive. The value is then neither printed nor stored in the compression table of HTTP/2.
fn mark_sensitive(headers: &mut HeaderMap) {
    if let Entry::Occupied(mut values) = headers.entry(AUTHORIZATION) {
        values.iter_mut().for_each(|value| value.set_sensitive(true));
    }
}

//! The middleware that authenticates requests.

use counterfoil::Counterfoil;
use counterfoil_http::adapter::AuthenticationRule;
use counterfoil_tower::mark_sensitive;
use poem::{Endpoint, Middleware, Request, Result};

use crate::head::Head;
use crate::rejection::Rejection;

/// Authenticates each request by the credential in `Authorization: Bearer …`: an access token, a personal access token
/// or a security code.
///
/// It stores the result as an [`Authentication`](crate::Authentication) in the request's extensions. The extractor
/// [`Principal`](crate::Principal) and the guard [`RequireScope`](crate::RequireScope) read it there. The response to a
/// refused request does not contain the full reason. Its status is 503 if a store or the directory was unavailable.
///
/// | constructor | request without a credential | credential refused, or verification unavailable |
/// |---|---|---|
/// | [`Authenticate::required`] | refused | refused |
/// | [`Authenticate::optional`] | the handler runs | refused |
/// | [`Authenticate::deferred`] | the handler runs | the handler runs |
///
/// A refusal is a [`poem::Error`] that contains a [`Rejection`]. To change the response, use
/// `catch_error(|rejection: Rejection| …)`. The middleware marks the header as sensitive, so that no inner endpoint
/// prints it. If the extensions already contain an [`Authentication`](crate::Authentication), the middleware uses it
/// and verifies nothing. It does not read tokens in the query string, the body or a cookie.
///
/// A CORS preflight is treated like any other request. CORS middleware answers preflights itself, so put it in front of
/// this middleware. If your CORS middleware is behind this middleware, see [`Authenticate::pass_preflights`].
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
    rule: AuthenticationRule,
}

impl Authenticate {
    /// Refuses every request without an active credential.
    #[must_use]
    pub fn required(counterfoil: Counterfoil) -> Self {
        Self { rule: AuthenticationRule::required(counterfoil) }
    }

    /// Refuses requests whose credential is not active. A request without a credential reaches the handler, which can
    /// take an `Option<Principal>`.
    #[must_use]
    pub fn optional(counterfoil: Counterfoil) -> Self {
        Self { rule: AuthenticationRule::optional(counterfoil) }
    }

    /// Refuses no request. The handler takes a `poem::Result<Principal>` and decides.
    ///
    /// Do not take an `Option<Principal>` in such a handler. poem turns every rejection into `None`, even the rejection
    /// of a request that could not be verified because of an outage.
    #[must_use]
    pub fn deferred(counterfoil: Counterfoil) -> Self {
        Self { rule: AuthenticationRule::deferred(counterfoil) }
    }

    /// Lets CORS preflights reach the endpoint without a credential. Here, a preflight is a request with the method
    /// `OPTIONS` and the headers `Origin` and `Access-Control-Request-Method`, and without `Authorization`. By default,
    /// preflights are treated like any other request without a credential.
    ///
    /// Call this method only if CORS middleware, or a handler for `OPTIONS`, is **behind** this middleware. Anybody can
    /// send a preflight, and a handler that takes any method (`Route::at` with a bare handler) then runs without a
    /// credential. CORS middleware normally stands in front of this middleware and answers preflights itself.
    ///
    /// A preflight has no principal. A [`RequireScope`](crate::RequireScope) behind this middleware lets it pass too.
    ///
    /// ```
    /// use counterfoil_poem::Authenticate;
    /// use poem::http::Method;
    /// use poem::{Endpoint as _, EndpointExt as _, Request, handler};
    ///
    /// #[handler]
    /// async fn allowed() -> &'static str {
    ///     "allowed"
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let refuses = Authenticate::required(counterfoil::testing::service().counterfoil().clone());
    /// let passes = refuses.clone().pass_preflights();
    /// for (middleware, status) in [(refuses, 401), (passes, 200)] {
    ///     let preflight = Request::builder().method(Method::OPTIONS).header("origin", "https://app.example");
    ///     let preflight = preflight.header("access-control-request-method", "GET").finish();
    ///     assert_eq!(allowed.with(middleware).get_response(preflight).await.status(), status);
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn pass_preflights(mut self) -> Self {
        self.rule = self.rule.pass_preflights();
        self
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
        let known = self.settings.rule.authenticate(&Head(&request)).await.map_err(Rejection::from)?;
        request.extensions_mut().insert(known);
        self.inner.call(request).await
    }
}

//! The middleware that requires a scope.

use counterfoil_http::adapter::ScopeRule;
use poem::{Endpoint, Middleware, Request, Result};

use crate::head::Head;
use crate::rejection::Rejection;

/// Refuses requests whose credential lacks a required scope (RFC 6749 §3.3).
///
/// Put [`Authenticate`](crate::Authenticate) in front of it: in poem, the last `with` of an endpoint runs first.
/// Without `Authenticate`, the response is 500 and an error is logged. A credential without a scope has all rights of
/// its owner, so it passes. A CORS preflight passes only if `Authenticate` let it pass: see
/// [`Authenticate::pass_preflights`](crate::Authenticate::pass_preflights).
///
/// ```
/// use counterfoil_poem::{Authenticate, RequireScope};
/// use poem::{Endpoint as _, EndpointExt as _, Request, Route, get, handler};
///
/// #[handler]
/// async fn done() -> &'static str {
///     "done"
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let service = counterfoil::testing::service();
/// let token = service.personal_access_token("ivan", "projects:read").await;
/// let app = Route::new()
///     .at("/read", get(done).with(RequireScope::new("projects:read")))
///     .at("/write", get(done).with(RequireScope::new("projects:write")))
///     .at("/either", get(done).with(RequireScope::any_of(&["projects:write", "projects:read"])))
///     .with(Authenticate::required(service.counterfoil().clone()));
///
/// let bearer = format!("Bearer {}", token.token.expose_secret());
/// for (path, status) in [("/read", 200), ("/write", 403), ("/either", 200)] {
///     let request = Request::builder().uri_str(path).header("authorization", bearer.as_str()).finish();
///     assert_eq!(app.get_response(request).await.status(), status, "{path}");
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RequireScope(ScopeRule);

impl RequireScope {
    /// Requires every scope token in `scope`. The scope tokens are separated by spaces.
    #[must_use]
    pub fn new(scope: &'static str) -> Self {
        Self::any_of(&[scope])
    }

    /// Requires at least one of several scopes. Each scope is one or more scope tokens, separated by spaces. The
    /// challenge of a refusal names the first scope, so put the narrowest scope first. An empty list refuses every
    /// request.
    #[must_use]
    pub fn any_of(scopes: &[&'static str]) -> Self {
        Self(ScopeRule::any_of(scopes))
    }
}

impl<E: Endpoint> Middleware<E> for RequireScope {
    type Output = RequireScopeEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        RequireScopeEndpoint { inner, settings: self.clone() }
    }
}

/// The endpoint that [`RequireScope`] puts around an inner endpoint.
#[derive(Clone, Debug)]
pub struct RequireScopeEndpoint<E> {
    inner: E,
    settings: RequireScope,
}

impl<E: Endpoint> Endpoint for RequireScopeEndpoint<E> {
    type Output = E::Output;

    async fn call(&self, request: Request) -> Result<E::Output> {
        self.settings.0.check(&Head(&request)).map_err(Rejection::from)?;
        self.inner.call(request).await
    }
}

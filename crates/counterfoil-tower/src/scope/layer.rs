//! The layer that requires a scope.

use tower_layer::Layer;

use crate::refuse::AsProblem;
use crate::scope::needed::Needed;
use crate::scope::service::RequireScope;

/// Passes a request on if it is authenticated and its scope contains the required scope token (RFC 6749 §3.3), or one of
/// several ([`RequireScopeLayer::any_of`]). Mount this layer behind an [`AuthenticateLayer`](crate::AuthenticateLayer),
/// required or optional. Without an `AuthenticateLayer`, the response is 500 and an error is logged.
///
/// A credential without a scope may do everything that its owner may, so it passes. A CORS preflight passes only if the
/// authentication layer let it pass: see
/// [`AuthenticateLayer::pass_preflights`](crate::AuthenticateLayer::pass_preflights).
///
/// ```
/// use std::convert::Infallible;
///
/// use counterfoil::Counterfoil;
/// use counterfoil_tower::{AuthenticateLayer, RequireScopeLayer};
/// use http::{Request, Response};
/// use tower::{Layer, Service, service_fn};
///
/// fn service(counterfoil: Counterfoil) -> impl Service<Request<()>, Response = Response<String>, Error = Infallible> {
///     let reports = service_fn(async |_| Ok(Response::new("numbers".to_owned())));
///     let behind = RequireScopeLayer::new("demo:read").layer(reports);
///     AuthenticateLayer::required(counterfoil).layer(behind) // in front
/// }
/// ```
#[derive(Clone, Debug)]
pub struct RequireScopeLayer<R = AsProblem> {
    pub(crate) needed: Needed,
    pub(crate) refuse: R,
}

impl RequireScopeLayer {
    /// Requires this scope token.
    #[must_use]
    pub const fn new(scope: &'static str) -> Self {
        Self { needed: Needed::One(scope), refuse: AsProblem }
    }

    /// Requires one of several scopes, as [`Principal::require_any`](counterfoil::Principal::require_any) does. The
    /// challenge names the first scope, so put the narrowest first. An empty list refuses every credential.
    ///
    /// ```
    /// use counterfoil::testing;
    /// use counterfoil_tower::{AuthenticateLayer, RequireScopeLayer};
    /// use http::{Request, Response, header::WWW_AUTHENTICATE};
    /// use tower::{Layer, ServiceExt, service_fn};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # futures_executor::block_on(async {
    /// let service = testing::service();
    /// let either = RequireScopeLayer::any_of(&["projects:read", "projects:admin"]);
    /// let projects = service_fn(async |_| Ok::<_, std::convert::Infallible>(Response::new("projects".to_owned())));
    /// let guarded = AuthenticateLayer::required(service.counterfoil().clone()).layer(either.layer(projects));
    ///
    /// for (scope, status) in [("projects:read", 200), ("projects:admin", 200), ("projects:write", 403)] {
    ///     let token = service.personal_access_token("ivan", scope).await.token;
    ///     let request = Request::get("/").header("authorization", format!("Bearer {}", token.expose_secret()));
    ///     let response = guarded.clone().oneshot(request.body(())?).await?;
    ///     assert_eq!(response.status(), status, "{scope}");
    ///     if let Some(challenge) = response.headers().get(WWW_AUTHENTICATE) {
    ///         assert!(challenge.to_str()?.ends_with(r#"error="insufficient_scope", scope="projects:read""#));
    ///     }
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[must_use]
    pub const fn any_of(scopes: &'static [&'static str]) -> Self {
        Self { needed: Needed::AnyOf(scopes), refuse: AsProblem }
    }
}

impl<R> RequireScopeLayer<R> {
    /// Sets how the response to a refused request is made: see [`Refuse`](crate::Refuse).
    #[must_use]
    pub fn refuse_with<N>(self, refuse: N) -> RequireScopeLayer<N> {
        RequireScopeLayer { needed: self.needed, refuse }
    }
}

impl<S, R: Clone> Layer<S> for RequireScopeLayer<R> {
    type Service = RequireScope<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireScope { inner, layer: self.clone() }
    }
}

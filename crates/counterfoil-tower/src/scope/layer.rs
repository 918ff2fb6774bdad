//! The layer that requires a scope.

use std::marker::PhantomData;

use tower_layer::Layer;

use crate::refuse::AsProblem;
use crate::scope::needed::Needed;
use crate::scope::service::RequireScope;

/// Requires that a request is authenticated, and that its scope contains the required scope tokens (RFC 6749 §3.3).
/// With [`RequireScopeLayer::any_of`], one of several scopes is enough. `P` is the principal of the
/// [`AuthenticateLayer`] in front. [`counterfoil_tower::RequireScopeLayer`](crate::RequireScopeLayer) describes the
/// layer and has an example.
///
/// [`AuthenticateLayer`]: crate::generic::AuthenticateLayer
#[derive(Clone, Debug)]
pub struct RequireScopeLayer<P, R = AsProblem> {
    pub(crate) needed: Needed,
    pub(crate) refuse: R,
    principal: PhantomData<fn() -> P>,
}

impl<P> RequireScopeLayer<P> {
    /// Requires every scope token in `scope`. The scope tokens are separated by spaces.
    #[must_use]
    pub const fn new(scope: &'static str) -> Self {
        Self { needed: Needed::One(scope), refuse: AsProblem, principal: PhantomData }
    }

    /// Requires at least one of several scopes, as [`Principal::require_any`](counterfoil::Principal::require_any)
    /// does. The challenge of a refusal names the first scope, so put the narrowest scope first. If `scopes` is empty,
    /// every credential is refused.
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
        Self { needed: Needed::AnyOf(scopes), refuse: AsProblem, principal: PhantomData }
    }
}

impl<P, R> RequireScopeLayer<P, R> {
    /// Sets how the response to a refused request is made: see [`Refuse`](crate::Refuse).
    #[must_use]
    pub fn refuse_with<N>(self, refuse: N) -> RequireScopeLayer<P, N> {
        RequireScopeLayer { needed: self.needed, refuse, principal: PhantomData }
    }
}

impl<S, P: Clone, R: Clone> Layer<S> for RequireScopeLayer<P, R> {
    type Service = RequireScope<S, P, R>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireScope { inner, layer: self.clone() }
    }
}

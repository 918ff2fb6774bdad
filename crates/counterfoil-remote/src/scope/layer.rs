//! The layer that requires a scope.

use counterfoil_tower::AsProblem;
use tower_layer::Layer;

use crate::scope::service::RequireScope;

/// Passes a request on if it is authenticated and its token permits the given scope (RFC 6749 §3.3). An
/// [`AuthenticateLayer`](crate::AuthenticateLayer) of this crate, required or optional, must enclose this layer.
/// Without it the response is 500, and an error is logged.
///
/// A CORS preflight passes only if the authentication layer let it pass: see
/// [`AuthenticateLayer::pass_preflights`](crate::AuthenticateLayer::pass_preflights).
#[derive(Clone, Debug)]
pub struct RequireScopeLayer<R = AsProblem> {
    pub(crate) scope: &'static str,
    pub(crate) refuse: R,
}

impl RequireScopeLayer {
    /// Makes a layer that requires this scope. It makes the same check as
    /// [`RemotePrincipal::require`](crate::RemotePrincipal::require).
    #[must_use]
    pub const fn new(scope: &'static str) -> Self {
        Self { scope, refuse: AsProblem }
    }
}

impl<R> RequireScopeLayer<R> {
    /// Sets the format of refusals; see [`Refuse`](crate::Refuse).
    #[must_use]
    pub fn refuse_with<N>(self, refuse: N) -> RequireScopeLayer<N> {
        RequireScopeLayer { scope: self.scope, refuse }
    }
}

impl<S, R: Clone> Layer<S> for RequireScopeLayer<R> {
    type Service = RequireScope<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireScope { inner, layer: self.clone() }
    }
}

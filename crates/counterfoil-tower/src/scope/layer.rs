//! The layer that requires a scope.

use tower_layer::Layer;

use crate::refuse::AsProblem;
use crate::scope::service::RequireScope;

/// Passes a request on if it is authenticated and its scope contains the required scope token (RFC 6749 §3.3). Mount
/// this layer behind an [`AuthenticateLayer`](crate::AuthenticateLayer), required or optional. Without an
/// `AuthenticateLayer`, the response is 500 and an error is logged.
///
/// A credential without a scope passes, because it has all rights of its owner. A CORS preflight passes.
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
    pub(crate) scope: &'static str,
    pub(crate) refuse: R,
}

impl RequireScopeLayer {
    /// Requires this scope token.
    #[must_use]
    pub const fn new(scope: &'static str) -> Self {
        Self { scope, refuse: AsProblem }
    }
}

impl<R> RequireScopeLayer<R> {
    /// Sets how the response to a refused request is made: see [`Refuse`](crate::Refuse).
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

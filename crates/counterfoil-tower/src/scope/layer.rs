//! The layer.

use tower_layer::Layer;

use crate::refuse::AsProblem;
use crate::scope::service::RequireScope;

/// Lets a request through if it is authenticated and its scope contains the given scope token (RFC 6749 §3.3). Put it
/// behind an
/// [`AuthenticateLayer`](crate::AuthenticateLayer), required or optional; without one it answers 500 and says so in the
/// log.
///
/// A credential without a scope may do all that its owner may, so it passes. A CORS preflight is let through.
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
    /// Asks for that scope token.
    #[must_use]
    pub const fn new(scope: &'static str) -> Self {
        Self { scope, refuse: AsProblem }
    }
}

impl<R> RequireScopeLayer<R> {
    /// Gives refusals another shape: see [`Refuse`](crate::Refuse).
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

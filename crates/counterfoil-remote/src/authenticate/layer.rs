//! The layer.

use counterfoil_tower::AsProblem;
use tower_layer::Layer;

use crate::authenticate::service::Authenticate;
use crate::introspection::Introspection;

/// Authenticates every request by `Authorization: Bearer …`, as `counterfoil_tower::AuthenticateLayer` does, with an
/// [`Introspection`].
///
/// The outcome travels as an [`Authentication`](crate::Authentication) in the request's extensions.
///
/// - [`AuthenticateLayer::required`] refuses whatever is not active.
/// - [`AuthenticateLayer::optional`] lets everything through and leaves the decision to what stands behind it.
///
/// Both mark the header as sensitive, and let a CORS preflight through unauthenticated. Where an
/// [`Authentication`](crate::Authentication) is there already, it holds. Tokens in the query string, the body or a cookie
/// are not read.
#[derive(Clone, Debug)]
pub struct AuthenticateLayer<R = AsProblem> {
    pub(crate) verifier: Introspection,
    pub(crate) required: bool,
    pub(crate) refuse: R,
}

impl AuthenticateLayer {
    /// Refuses whatever is not active.
    #[must_use]
    pub fn required(verifier: Introspection) -> Self {
        Self { verifier, required: true, refuse: AsProblem }
    }

    /// Lets everything through.
    #[must_use]
    pub fn optional(verifier: Introspection) -> Self {
        Self { verifier, required: false, refuse: AsProblem }
    }
}

impl<R> AuthenticateLayer<R> {
    /// Gives refusals another shape: see [`Refuse`](crate::Refuse).
    #[must_use]
    pub fn refuse_with<N>(self, refuse: N) -> AuthenticateLayer<N> {
        AuthenticateLayer { verifier: self.verifier, required: self.required, refuse }
    }
}

impl<S, R: Clone> Layer<S> for AuthenticateLayer<R> {
    type Service = Authenticate<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        Authenticate { inner, layer: self.clone() }
    }
}

//! The authentication layer.

use counterfoil_tower::AsProblem;
use tower_layer::Layer;

use crate::authenticate::service::Authenticate;
use crate::introspection::Introspection;

/// Authenticates every request by `Authorization: Bearer …`, with an [`Introspection`]. Otherwise it works like
/// `counterfoil_tower::AuthenticateLayer`.
///
/// The result is an [`Authentication`](crate::Authentication) in the request's extensions.
///
/// - [`AuthenticateLayer::required`] makes a layer that refuses requests without a valid token.
/// - [`AuthenticateLayer::optional`] makes a layer that refuses no request. The inner services decide.
///
/// Both layers mark the header as sensitive, and do not authenticate CORS preflights. If the extensions already contain
/// an [`Authentication`](crate::Authentication), the layer uses it and verifies nothing. The layer does not read tokens
/// in the query string, the body or a cookie.
#[derive(Clone, Debug)]
pub struct AuthenticateLayer<R = AsProblem> {
    pub(crate) verifier: Introspection,
    pub(crate) required: bool,
    pub(crate) refuse: R,
}

impl AuthenticateLayer {
    /// Makes a layer that refuses requests without a valid token.
    #[must_use]
    pub fn required(verifier: Introspection) -> Self {
        Self { verifier, required: true, refuse: AsProblem }
    }

    /// Makes a layer that refuses no request.
    #[must_use]
    pub fn optional(verifier: Introspection) -> Self {
        Self { verifier, required: false, refuse: AsProblem }
    }
}

impl<R> AuthenticateLayer<R> {
    /// Sets the format of refusals; see [`Refuse`](crate::Refuse).
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

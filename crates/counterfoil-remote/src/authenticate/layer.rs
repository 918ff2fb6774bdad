//! The authentication layer.

use counterfoil_tower::AsProblem;
use tower_layer::Layer;

use crate::authenticate::service::Authenticate;
use crate::introspection::Introspection;

/// Authenticates every request by `Authorization: Bearer …` with an [`Introspection`]. Behaves like
/// `counterfoil_tower::AuthenticateLayer`.
///
/// The result is an [`Authentication`](crate::Authentication) in the request's extensions.
///
/// - [`AuthenticateLayer::required`] refuses requests without a valid token.
/// - [`AuthenticateLayer::optional`] refuses no request. The inner services decide.
///
/// Both mark the header as sensitive, and do not authenticate CORS preflights. If the extensions already contain an
/// [`Authentication`](crate::Authentication), it is used and nothing is verified. Tokens in the query string, the body
/// or a cookie are not read.
#[derive(Clone, Debug)]
pub struct AuthenticateLayer<R = AsProblem> {
    pub(crate) verifier: Introspection,
    pub(crate) required: bool,
    pub(crate) refuse: R,
}

impl AuthenticateLayer {
    /// Refuses requests without a valid token.
    #[must_use]
    pub fn required(verifier: Introspection) -> Self {
        Self { verifier, required: true, refuse: AsProblem }
    }

    /// Refuses no request.
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

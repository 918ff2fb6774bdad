//! The layer.

use counterfoil::Counterfoil;
use tower_layer::Layer;

use crate::authenticate::service::Authenticate;
use crate::refuse::AsProblem;

/// Authenticates every request: `Authorization: Bearer …` with an access token, a personal access token or a security
/// code.
///
/// It works over the types of `http` and names no framework. It puts an [`Authentication`](crate::Authentication) into
/// the request's extensions, where extractors and [`RequireScopeLayer`](crate::RequireScopeLayer) read it. There are
/// three outcomes: active; refused, with a reason that the caller does not learn in full; and 503 if a store or the
/// directory is unavailable.
///
/// - [`AuthenticateLayer::required`] refuses whatever is not active.
/// - [`AuthenticateLayer::optional`] lets everything through and leaves the decision to what stands behind it.
///
/// Both mark the header as sensitive, so that nothing behind them prints it, and let a CORS preflight through
/// unauthenticated, since browsers send no credential with it. Where an [`Authentication`](crate::Authentication) is
/// there already, it holds. Tokens in the query string, the body or a cookie are not read.
///
/// ```
/// use std::convert::Infallible;
///
/// use counterfoil::Counterfoil;
/// use counterfoil_tower::{AuthenticateLayer, Authentication};
/// use http::{Request, Response};
/// use tower::{Layer, Service, service_fn};
///
/// async fn hello(request: Request<()>) -> Result<Response<String>, Infallible> {
///     let known = request.extensions().get::<Authentication>().and_then(|known| known.principal().ok());
///     Ok(Response::new(known.map_or_else(String::new, |who| format!("hello, {}", who.name()))))
/// }
///
/// fn service(counterfoil: Counterfoil) -> impl Service<Request<()>, Response = Response<String>, Error = Infallible> {
///     AuthenticateLayer::required(counterfoil).layer(service_fn(hello))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct AuthenticateLayer<R = AsProblem> {
    pub(crate) counterfoil: Counterfoil,
    pub(crate) required: bool,
    pub(crate) refuse: R,
}

impl AuthenticateLayer {
    /// Refuses whatever is not active.
    #[must_use]
    pub fn required(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, required: true, refuse: AsProblem }
    }

    /// Lets everything through.
    #[must_use]
    pub fn optional(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, required: false, refuse: AsProblem }
    }
}

impl<R> AuthenticateLayer<R> {
    /// Gives refusals another shape: see [`Refuse`](crate::Refuse).
    #[must_use]
    pub fn refuse_with<N>(self, refuse: N) -> AuthenticateLayer<N> {
        AuthenticateLayer { counterfoil: self.counterfoil, required: self.required, refuse }
    }
}

impl<S, R: Clone> Layer<S> for AuthenticateLayer<R> {
    type Service = Authenticate<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        Authenticate { inner, layer: self.clone() }
    }
}

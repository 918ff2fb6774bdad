//! The authentication layer.

use counterfoil::Counterfoil;
use tower_layer::Layer;

use crate::authenticate::service::Authenticate;
use crate::refuse::AsProblem;

/// Authenticates every request by the credential in `Authorization: Bearer …`: an access token, a personal access token
/// or a security code.
///
/// The layer uses the types of `http` and depends on no framework. It puts an [`Authentication`](crate::Authentication)
/// into the request's extensions. Extractors and [`RequireScopeLayer`](crate::RequireScopeLayer) read it there. There
/// are three results: the credential is valid; the credential is refused, and the response does not contain the full
/// reason; or a store or the directory is unavailable (503).
///
/// - [`AuthenticateLayer::required`] refuses requests without a valid credential.
/// - [`AuthenticateLayer::optional`] refuses no request. The inner services decide.
///
/// Both mark the header as sensitive, so that inner services do not print it. They do not authenticate CORS preflights,
/// because browsers send no credential with them. If the extensions already contain an
/// [`Authentication`](crate::Authentication), the layer uses it and verifies no credential. The layer does not read
/// tokens from the query string, the body or a cookie.
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
    /// Refuses requests without a valid credential.
    #[must_use]
    pub fn required(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, required: true, refuse: AsProblem }
    }

    /// Refuses no request. The inner services decide.
    #[must_use]
    pub fn optional(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, required: false, refuse: AsProblem }
    }
}

impl<R> AuthenticateLayer<R> {
    /// Sets how the response to a refused request is made: see [`Refuse`](crate::Refuse).
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

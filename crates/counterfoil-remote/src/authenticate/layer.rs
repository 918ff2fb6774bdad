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
/// Both layers mark the header as sensitive. If the extensions already contain an
/// [`Authentication`](crate::Authentication), the layer uses it and verifies nothing. The layer does not read tokens in
/// the query string, the body or a cookie. A CORS preflight is treated like any other request; see
/// [`AuthenticateLayer::pass_preflights`].
#[derive(Clone, Debug)]
pub struct AuthenticateLayer<R = AsProblem> {
    pub(crate) verifier: Introspection,
    pub(crate) required: bool,
    pub(crate) pass_preflights: bool,
    pub(crate) refuse: R,
}

impl AuthenticateLayer {
    /// Makes a layer that refuses requests without a valid token.
    #[must_use]
    pub fn required(verifier: Introspection) -> Self {
        Self { verifier, required: true, pass_preflights: false, refuse: AsProblem }
    }

    /// Makes a layer that refuses no request.
    #[must_use]
    pub fn optional(verifier: Introspection) -> Self {
        Self { verifier, required: false, pass_preflights: false, refuse: AsProblem }
    }
}

impl<R> AuthenticateLayer<R> {
    /// Passes CORS preflights on without a token, exactly as `pass_preflights` of `counterfoil_tower::AuthenticateLayer`
    /// does. By default they are refused like any other request without a token.
    ///
    /// Call it only if CORS middleware, or a handler for `OPTIONS`, is **behind** this layer. Anybody can send such a
    /// request, and a handler that takes any method then runs without a token. CORS middleware normally stands in front
    /// of this layer and answers preflights itself. A preflight authenticates nobody. A
    /// [`RequireScopeLayer`](crate::RequireScopeLayer) behind this layer passes it on too.
    ///
    /// ```
    /// use counterfoil_remote::{AuthenticateLayer, Introspection};
    /// # use std::convert::Infallible;
    /// # use http::{Request, Response};
    /// # use tower::{Layer, ServiceExt, service_fn};
    /// # async fn options(_: Request<()>) -> Result<Response<String>, Infallible> {
    /// #     Ok(Response::new(String::new()))
    /// # }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let verifier = Introspection::builder("http://127.0.0.1:1/introspect", "reports", "a secret".to_owned()).build()?;
    /// let layer = AuthenticateLayer::required(verifier).pass_preflights();
    ///
    /// let preflight = Request::options("/").header("origin", "https://app.example");
    /// let preflight = preflight.header("access-control-request-method", "GET").body(())?;
    /// assert_eq!(layer.layer(service_fn(options)).oneshot(preflight).await?.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn pass_preflights(mut self) -> Self {
        self.pass_preflights = true;
        self
    }

    /// Sets the format of refusals; see [`Refuse`](crate::Refuse).
    #[must_use]
    pub fn refuse_with<N>(self, refuse: N) -> AuthenticateLayer<N> {
        let Self { verifier, required, pass_preflights, .. } = self;
        AuthenticateLayer { verifier, required, pass_preflights, refuse }
    }
}

impl<S, R: Clone> Layer<S> for AuthenticateLayer<R> {
    type Service = Authenticate<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        Authenticate { inner, layer: self.clone() }
    }
}

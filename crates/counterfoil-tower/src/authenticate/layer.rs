//! The authentication layer.

use tower_layer::Layer;

use crate::authenticate::service::Authenticate;
use crate::refuse::AsProblem;

/// Authenticates every request by the credential in `Authorization: Bearer …`, with an
/// [`Authenticator`](crate::generic::Authenticator).
///
/// The result is an [`Authentication`](crate::generic::Authentication) in the request's extensions.
/// [`counterfoil_tower::AuthenticateLayer`](crate::AuthenticateLayer) describes the layer and has an example.
#[derive(Clone, Debug)]
pub struct AuthenticateLayer<A, R = AsProblem> {
    pub(crate) authenticator: A,
    pub(crate) required: bool,
    pub(crate) pass_preflights: bool,
    pub(crate) refuse: R,
}

impl<A> AuthenticateLayer<A> {
    /// Refuses every request that has no credential or no valid one. A CORS preflight is refused too, unless
    /// [`pass_preflights`](Self::pass_preflights) is set.
    #[must_use]
    pub fn required(authenticator: A) -> Self {
        Self { authenticator, required: true, pass_preflights: false, refuse: AsProblem }
    }

    /// Refuses no request. The inner services decide by the [`Authentication`](crate::generic::Authentication).
    #[must_use]
    pub fn optional(authenticator: A) -> Self {
        Self { authenticator, required: false, pass_preflights: false, refuse: AsProblem }
    }
}

impl<A, R> AuthenticateLayer<A, R> {
    /// Lets CORS preflights reach the inner service without a credential. Here, a preflight is a request with the
    /// method `OPTIONS` and the headers `Origin` and `Access-Control-Request-Method`, and without `Authorization`. By
    /// default, preflights are treated like any other request without a credential.
    ///
    /// Call this method only if CORS middleware, or a handler for `OPTIONS`, is **behind** this layer. Anybody can send
    /// a preflight, and a handler that takes any method then runs without a credential. CORS middleware normally stands
    /// in front of this layer and answers preflights itself.
    ///
    /// A preflight has no principal ([`Authentication::preflight`](crate::generic::Authentication::preflight)). A
    /// [`RequireScopeLayer`](crate::generic::RequireScopeLayer) behind this layer lets it pass too.
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use counterfoil_tower::AuthenticateLayer;
    /// use http::{Request, Response};
    /// use tower::{Layer, ServiceExt, service_fn};
    ///
    /// async fn options(_: Request<()>) -> Result<Response<String>, Infallible> {
    ///     Ok(Response::new("allowed".to_owned()))
    /// }
    ///
    /// # futures_executor::block_on(async {
    /// # let counterfoil = counterfoil::testing::service().counterfoil().clone();
    /// let refuses = AuthenticateLayer::required(counterfoil);
    /// let passes = refuses.clone().pass_preflights();
    /// for (layer, status) in [(refuses, 401), (passes, 200)] {
    ///     let preflight = Request::options("/").header("origin", "https://app.example");
    ///     let preflight = preflight.header("access-control-request-method", "GET").body(())?;
    ///     let Ok(answer) = layer.layer(service_fn(options)).oneshot(preflight).await;
    ///     assert_eq!(answer.status(), status);
    /// }
    /// # Ok::<(), http::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn pass_preflights(mut self) -> Self {
        self.pass_preflights = true;
        self
    }

    /// Sets how the response to a refused request is made: see [`Refuse`](crate::Refuse).
    #[must_use]
    pub fn refuse_with<N>(self, refuse: N) -> AuthenticateLayer<A, N> {
        let Self { authenticator, required, pass_preflights, .. } = self;
        AuthenticateLayer { authenticator, required, pass_preflights, refuse }
    }
}

impl<S, A: Clone, R: Clone> Layer<S> for AuthenticateLayer<A, R> {
    type Service = Authenticate<S, A, R>;

    fn layer(&self, inner: S) -> Self::Service {
        Authenticate { inner, layer: self.clone() }
    }
}

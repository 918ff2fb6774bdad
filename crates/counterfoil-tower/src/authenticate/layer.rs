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
    /// Refuses requests without a valid credential.
    #[must_use]
    pub fn required(authenticator: A) -> Self {
        Self { authenticator, required: true, pass_preflights: false, refuse: AsProblem }
    }

    /// Refuses no request. The inner services decide.
    #[must_use]
    pub fn optional(authenticator: A) -> Self {
        Self { authenticator, required: false, pass_preflights: false, refuse: AsProblem }
    }
}

impl<A, R> AuthenticateLayer<A, R> {
    /// Passes CORS preflights on without a credential: requests with the method `OPTIONS`, `Origin` and
    /// `Access-Control-Request-Method`, and without `Authorization`. By default they are refused like any other request
    /// without a credential.
    ///
    /// Call it only if CORS middleware, or a handler for `OPTIONS`, is **behind** this layer. Anybody can send such a
    /// request, and a handler that takes any method then runs without a credential. CORS middleware normally stands in
    /// front of this layer and answers preflights itself.
    ///
    /// A preflight authenticates nobody ([`Authentication::preflight`](crate::generic::Authentication::preflight)). A
    /// [`RequireScopeLayer`](crate::generic::RequireScopeLayer) behind this layer passes it on too.
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

    /// Sets the format of refusals; see [`Refuse`](crate::Refuse).
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

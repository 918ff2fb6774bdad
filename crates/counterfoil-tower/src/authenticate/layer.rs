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
/// Both mark the header as sensitive, so that inner services do not print it. If the extensions already contain an
/// [`Authentication`](crate::Authentication), it is used and nothing is verified. Tokens in the query string, the body
/// or a cookie are not read.
///
/// A CORS preflight is treated like any other request. Put CORS middleware in front of this layer: it answers
/// preflights itself. If it is behind this layer, see [`AuthenticateLayer::pass_preflights`].
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
    pub(crate) pass_preflights: bool,
    pub(crate) refuse: R,
}

impl AuthenticateLayer {
    /// Refuses requests without a valid credential.
    #[must_use]
    pub fn required(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, required: true, pass_preflights: false, refuse: AsProblem }
    }

    /// Refuses no request. The inner services decide.
    #[must_use]
    pub fn optional(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, required: false, pass_preflights: false, refuse: AsProblem }
    }
}

impl<R> AuthenticateLayer<R> {
    /// Passes CORS preflights on without a credential: requests with the method `OPTIONS`, `Origin` and
    /// `Access-Control-Request-Method`, and without `Authorization`. By default they are refused like any other request
    /// without a credential.
    ///
    /// Call it only if CORS middleware, or a handler for `OPTIONS`, is **behind** this layer. Anybody can send such a
    /// request, and a handler that takes any method then runs without a credential. CORS middleware normally stands in
    /// front of this layer and answers preflights itself.
    ///
    /// A preflight authenticates nobody ([`Authentication::preflight`](crate::Authentication::preflight)). A
    /// [`RequireScopeLayer`](crate::RequireScopeLayer) behind this layer passes it on too.
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
    pub fn refuse_with<N>(self, refuse: N) -> AuthenticateLayer<N> {
        let Self { counterfoil, required, pass_preflights, .. } = self;
        AuthenticateLayer { counterfoil, required, pass_preflights, refuse }
    }
}

impl<S, R: Clone> Layer<S> for AuthenticateLayer<R> {
    type Service = Authenticate<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        Authenticate { inner, layer: self.clone() }
    }
}

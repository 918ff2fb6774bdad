//! The middleware that authenticates requests, and its settings.

use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::{Error, HttpResponse};
use counterfoil::Counterfoil;
use counterfoil_http::adapter::AuthenticationRule;

use crate::authenticate::service::AuthenticateMiddleware;
use crate::rejection::{Rejection, Shape};

/// Authenticates each request by the credential in `Authorization: Bearer …`: an access token, a personal access token
/// or a security code.
///
/// It stores the result as an [`Authentication`](crate::Authentication) in the request's extensions. The extractor
/// [`Principal`](crate::Principal) and the guard [`RequireScope`](crate::RequireScope) read it there. The response to a
/// refused request does not contain the full reason. Its status is 503 if a store or the directory was unavailable.
///
/// | constructor | request without a credential | credential refused, or verification unavailable |
/// |---|---|---|
/// | [`Authenticate::required`] | refused | refused |
/// | [`Authenticate::optional`] | the handler runs | refused |
/// | [`Authenticate::deferred`] | the handler runs | the handler runs |
///
/// If the extensions already contain an [`Authentication`](crate::Authentication), the middleware uses it and verifies
/// nothing. It does not read tokens in the query string, the body or a cookie.
///
/// A CORS preflight is treated like any other request. Put CORS middleware in front of this middleware: it answers
/// preflights itself. If it is behind this middleware, see [`Authenticate::pass_preflights`].
///
/// ```
/// use actix_web::{App, test, web};
/// use counterfoil_actix::{Authenticate, Principal};
///
/// # #[actix_web::main]
/// # async fn main() {
/// let service = counterfoil::testing::service();
/// let app = App::new()
///     .route("/", web::get().to(|who: Principal| async move { format!("hello, {}", who.name()) }))
///     .wrap(Authenticate::required(service.counterfoil().clone()));
/// let app = test::init_service(app).await;
///
/// let refused = test::call_service(&app, test::TestRequest::get().uri("/").to_request()).await;
/// assert_eq!(refused.status().as_u16(), 401);
/// assert_eq!(refused.headers().get("www-authenticate").unwrap(), "Bearer realm=\"default\"");
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Authenticate {
    pub(super) rule: AuthenticationRule,
    pub(super) shape: Shape,
}

impl Authenticate {
    fn new(rule: AuthenticationRule) -> Self {
        Self { rule, shape: Shape::default() }
    }

    /// Refuses every request without an active credential.
    #[must_use]
    pub fn required(counterfoil: Counterfoil) -> Self {
        Self::new(AuthenticationRule::required(counterfoil))
    }

    /// Refuses requests whose credential is not active. A request without a credential reaches the handler, which can
    /// take an `Option<Principal>`.
    #[must_use]
    pub fn optional(counterfoil: Counterfoil) -> Self {
        Self::new(AuthenticationRule::optional(counterfoil))
    }

    /// Refuses no request. The handler takes a `Result<Principal, Rejection>` and decides.
    ///
    /// Do not take an `Option<Principal>` in such a handler. actix-web turns every rejection into `None`, even the
    /// rejection of a request that could not be verified because of an outage.
    #[must_use]
    pub fn deferred(counterfoil: Counterfoil) -> Self {
        Self::new(AuthenticationRule::deferred(counterfoil))
    }

    /// Lets CORS preflights reach the handler without a credential. Here, a preflight is a request with the method
    /// `OPTIONS` and the headers `Origin` and `Access-Control-Request-Method`, and without `Authorization`. By default,
    /// preflights are treated like any other request without a credential.
    ///
    /// Call this method only if CORS middleware, or a handler for `OPTIONS`, is **behind** this middleware. Anybody can
    /// send a preflight, and a handler that takes any method (`.to(…)`) then runs without a credential. CORS middleware
    /// normally stands in front of this middleware and answers preflights itself.
    ///
    /// A preflight has no principal. A [`RequireScope`](crate::RequireScope) behind this middleware lets it pass too.
    ///
    /// ```
    /// use actix_web::http::Method;
    /// use actix_web::{App, test, web};
    /// use counterfoil_actix::Authenticate;
    ///
    /// # #[actix_web::main]
    /// # async fn main() {
    /// let service = counterfoil::testing::service();
    /// let layer = || Authenticate::required(service.counterfoil().clone());
    /// let app = App::new()
    ///     .service(web::resource("/refuses").to(|| async { "allowed" }).wrap(layer()))
    ///     .service(web::resource("/passes").to(|| async { "allowed" }).wrap(layer().pass_preflights()));
    /// let app = test::init_service(app).await;
    ///
    /// for (path, status) in [("/refuses", 401), ("/passes", 200)] {
    ///     let preflight = test::TestRequest::with_uri(path).method(Method::OPTIONS);
    ///     let preflight = preflight.insert_header(("origin", "https://app.example"));
    ///     let preflight = preflight.insert_header(("access-control-request-method", "GET"));
    ///     assert_eq!(test::call_service(&app, preflight.to_request()).await.status().as_u16(), status, "{path}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn pass_preflights(mut self) -> Self {
        self.rule = self.rule.pass_preflights();
        self
    }

    /// Sets the function that makes the response to a refused request. The function should copy
    /// [`Rejection::challenge`] and [`Rejection::retry_after`](counterfoil_tower::Rejection::retry_after) into the
    /// headers of the response.
    ///
    /// ```
    /// use actix_web::HttpResponse;
    /// use actix_web::http::StatusCode;
    /// use counterfoil_actix::{Authenticate, Rejection};
    ///
    /// # let counterfoil = counterfoil::testing::service().counterfoil().clone();
    /// let plain = Authenticate::required(counterfoil).refuse_with(|rejection: &Rejection| {
    ///     let status = StatusCode::from_u16(rejection.status().as_u16()).expect("a status");
    ///     HttpResponse::build(status).body(format!("no: {rejection}"))
    /// });
    /// # let _ = plain;
    /// ```
    ///
    /// [`Rejection::challenge`]: counterfoil_tower::Rejection::challenge
    #[must_use]
    pub fn refuse_with(mut self, shape: impl Fn(&Rejection) -> HttpResponse + Send + Sync + 'static) -> Self {
        self.shape = Shape::new(shape);
        self
    }
}

impl<S, B> Transform<S, ServiceRequest> for Authenticate
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = <Self::Transform as Service<ServiceRequest>>::Response;
    type Error = Error;
    type Transform = AuthenticateMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(AuthenticateMiddleware { service: Rc::new(service), settings: Rc::new(self.clone()) }))
    }
}

//! The middleware that requires a scope, and its settings.

use std::future::{Ready, ready};

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::{Error, HttpResponse};
use counterfoil_http::adapter::ScopeRule;

use crate::rejection::{Rejection, Shape};
use crate::scope::service::RequireScopeMiddleware;

/// Refuses requests whose credential lacks a required scope (RFC 6749 §3.3).
///
/// Put [`Authenticate`](crate::Authenticate) in front of it: in actix-web, the last `wrap` of a service runs first.
/// Without `Authenticate`, the response is 500 and an error is logged. A credential without a scope has all rights of
/// its owner, so it passes. A CORS preflight passes only if `Authenticate` let it pass: see
/// [`Authenticate::pass_preflights`](crate::Authenticate::pass_preflights).
///
/// ```
/// use actix_web::{App, test, web};
/// use counterfoil_actix::{Authenticate, RequireScope};
///
/// # #[actix_web::main]
/// # async fn main() {
/// let service = counterfoil::testing::service();
/// let token = service.personal_access_token("ivan", "projects:read").await;
/// let app = App::new()
///     .service(web::resource("/read").wrap(RequireScope::new("projects:read")).to(|| async { "read" }))
///     .service(web::resource("/write").wrap(RequireScope::new("projects:write")).to(|| async { "written" }))
///     .service(
///         web::resource("/either")
///             .wrap(RequireScope::any_of(&["projects:write", "projects:read"]))
///             .to(|| async { "either" }),
///     )
///     .wrap(Authenticate::required(service.counterfoil().clone()));
/// let app = test::init_service(app).await;
///
/// let bearer = format!("Bearer {}", token.token.expose_secret());
/// for (path, status) in [("/read", 200), ("/write", 403), ("/either", 200)] {
///     let request = test::TestRequest::get().uri(path).insert_header(("authorization", bearer.clone()));
///     assert_eq!(test::call_service(&app, request.to_request()).await.status().as_u16(), status, "{path}");
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RequireScope {
    pub(super) rule: ScopeRule,
    pub(super) shape: Shape,
}

impl RequireScope {
    /// Requires every scope token in `scope`. The scope tokens are separated by spaces.
    #[must_use]
    pub fn new(scope: &'static str) -> Self {
        Self::any_of(&[scope])
    }

    /// Requires at least one of several scopes. Each scope is one or more scope tokens, separated by spaces. The
    /// challenge of a refusal names the first scope, so put the narrowest scope first. An empty list refuses every
    /// request.
    #[must_use]
    pub fn any_of(scopes: &[&'static str]) -> Self {
        Self { rule: ScopeRule::any_of(scopes), shape: Shape::default() }
    }

    /// Sets the function that makes the response to a refused request: see
    /// [`Authenticate::refuse_with`](crate::Authenticate::refuse_with).
    #[must_use]
    pub fn refuse_with(mut self, shape: impl Fn(&Rejection) -> HttpResponse + Send + Sync + 'static) -> Self {
        self.shape = Shape::new(shape);
        self
    }
}

impl<S, B> Transform<S, ServiceRequest> for RequireScope
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = <Self::Transform as Service<ServiceRequest>>::Response;
    type Error = Error;
    type Transform = RequireScopeMiddleware<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(RequireScopeMiddleware { service, settings: self.clone() }))
    }
}

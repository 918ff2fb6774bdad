//! Endpoints of `counterfoil-http` as services of actix-web.

mod answer;
mod payload;
mod request;

use actix_web::dev::{AppService, HttpServiceFactory, ResourceDef, ServiceRequest, ServiceResponse, fn_service};
use actix_web::guard::{Guard, GuardContext};
use actix_web::{Error, HttpResponse};
use counterfoil_http::{Endpoint, Endpoints};

/// Returns endpoints as a service for `App::service` or for a `web::scope`. In a scope, the path of the scope precedes
/// the paths of the endpoints.
///
/// An endpoint answers all requests for its path. If it does not support the method, the response is 405 with `Allow`.
/// For all other paths, the host's own services answer. The size limits of `counterfoil-http` apply to request bodies,
/// and the size limits of actix-web do not.
///
/// ```
/// use actix_web::{App, test, web};
/// use counterfoil_actix::{Sources, mount};
///
/// # #[actix_web::main]
/// # async fn main() {
/// let counterfoil = counterfoil::testing::service().counterfoil().clone();
/// let app = App::new()
///     .service(mount(counterfoil_actix::token(counterfoil.clone(), Sources::Unknown)))
///     .service(web::scope("/api/v1").service(mount(counterfoil_actix::settings(counterfoil))));
/// let app = test::init_service(app).await;
///
/// for (path, status) in [("/token", 405), ("/api/v1/settings", 401), ("/settings", 404)] {
///     let request = test::TestRequest::get().uri(path).to_request();
///     assert_eq!(test::call_service(&app, request).await.status().as_u16(), status, "{path}");
/// }
/// # }
/// ```
pub fn mount(endpoints: Endpoints) -> Mount {
    Mount(endpoints)
}

/// The actix-web service that [`mount`] returns.
#[derive(Clone, Debug)]
pub struct Mount(Endpoints);

impl HttpServiceFactory for Mount {
    fn register(self, config: &mut AppService) {
        for endpoint in self.0 {
            // Both `counterfoil-http` and actix-web write a variable segment as `{name}`.
            let path = ResourceDef::new(endpoint.path());
            let guard: Box<dyn Guard> = Box::new(AsSent(endpoint.clone()));
            let service = fn_service(move |request| respond(endpoint.clone(), request));
            config.register_service(path, Some(vec![guard]), service, None);
        }
    }
}

/// A guard that compares the path of a request with the path of an endpoint. The guard compares the path as the client
/// sent it, without decoding. Without this guard, actix-web would compare only the decoded path.
struct AsSent(Endpoint);

impl Guard for AsSent {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        self.0.ends(context.head().uri.path())
    }
}

async fn respond(endpoint: Endpoint, request: ServiceRequest) -> Result<ServiceResponse, Error> {
    let is_head = request.method() == actix_web::http::Method::HEAD;
    let (request, payload) = request.into_parts();
    let response = match request::converted(&request, payload) {
        Some(converted) => answer::converted(endpoint.respond(converted).await, is_head),
        None => HttpResponse::BadRequest().finish(),
    };
    Ok(ServiceResponse::new(request, response))
}

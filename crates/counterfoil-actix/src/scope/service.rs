//! The service that the middleware puts around an inner service.

use std::future::{Future, ready};
use std::pin::Pin;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, forward_ready};
use actix_web::{Error, HttpMessage as _};
use counterfoil_tower::Authentication;

use crate::rejection::Rejection;
use crate::scope::transform::RequireScope;

/// The service that [`RequireScope`] puts around an inner service.
#[derive(Debug)]
pub struct RequireScopeMiddleware<S> {
    pub(super) service: S,
    pub(super) settings: RequireScope,
}

impl<S, B> Service<ServiceRequest> for RequireScopeMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        match self.settings.judge(&request) {
            Err(rejection) => {
                let response = self.settings.shape.answer(request, rejection);
                Box::pin(ready(Ok(response.map_into_right_body())))
            }
            Ok(()) => {
                let calling = self.service.call(request);
                Box::pin(async move { calling.await.map(ServiceResponse::map_into_left_body) })
            }
        }
    }
}

impl RequireScope {
    fn judge(&self, request: &ServiceRequest) -> Result<(), Rejection> {
        let extensions = request.extensions();
        let known = extensions.get::<Authentication>().ok_or_else(counterfoil_tower::Rejection::layer_missing)?;
        if known.is_preflight() {
            return Ok(());
        }
        let principal = known.principal().map_err(Clone::clone)?;
        principal.require_any(&self.scopes).map_err(Rejection::from)
    }
}

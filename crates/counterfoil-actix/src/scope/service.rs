//! The service that the middleware puts around an inner service.

use std::future::{Future, ready};
use std::pin::Pin;

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, forward_ready};

use crate::head::Head;
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
        match self.settings.rule.check(&Head(request.request())) {
            Err(rejection) => {
                let response = self.settings.shape.answer(request, rejection.into());
                Box::pin(ready(Ok(response.map_into_right_body())))
            }
            Ok(()) => {
                let calling = self.service.call(request);
                Box::pin(async move { calling.await.map(ServiceResponse::map_into_left_body) })
            }
        }
    }
}

//! The service that the middleware puts around an inner service.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, forward_ready};
use actix_web::{Error, HttpMessage as _};

use crate::authenticate::transform::Authenticate;
use crate::head::Head;

/// The service that [`Authenticate`] puts around an inner service.
#[derive(Debug)]
pub struct AuthenticateMiddleware<S> {
    pub(super) service: Rc<S>,
    pub(super) settings: Rc<Authenticate>,
}

impl<S, B> Service<ServiceRequest> for AuthenticateMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (service, settings) = (Rc::clone(&self.service), Rc::clone(&self.settings));
        Box::pin(async move {
            match settings.rule.authenticate(&Head(request.request())).await {
                Err(rejection) => {
                    return Ok(settings.shape.answer(request, rejection.into()).map_into_right_body());
                }
                Ok(known) => drop(request.extensions_mut().insert(known)),
            }
            service.call(request).await.map(ServiceResponse::map_into_left_body)
        })
    }
}

//! The service that the middleware puts around an inner service.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, forward_ready};
use actix_web::http::header::AUTHORIZATION;
use actix_web::{Error, HttpMessage as _};
use counterfoil::types::Source;
use counterfoil::{Challenge, ChallengeReason};
use counterfoil_tower::Authentication;

use crate::authenticate::transform::{Authenticate, Mode};
use crate::preflight::is_preflight;
use crate::rejection::Rejection;

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
            let known = settings.look(&request).await;
            if let Some(rejection) = settings.refused(&known) {
                return Ok(settings.shape.answer(request, rejection).map_into_right_body());
            }
            request.extensions_mut().insert(known);
            service.call(request).await.map(ServiceResponse::map_into_left_body)
        })
    }
}

impl Authenticate {
    /// Returns the authentication from the request's extensions. If there is none, verifies the request's credential.
    async fn look(&self, request: &ServiceRequest) -> Authentication {
        let (known, realm) = (request.extensions().get::<Authentication>().cloned(), self.counterfoil.realm());
        let is_attempted = known.as_ref().is_some_and(Authentication::is_attempted);
        if self.pass_preflights && !is_attempted && is_preflight(request) {
            return Authentication::preflight(realm);
        }
        if let Some(known) = known {
            return known.of_realm(realm);
        }
        let source = request.extensions().get::<Source>().cloned().unwrap_or(Source::Unknown);
        let values = request.headers().get_all(AUTHORIZATION).map(|value| value.as_bytes());
        let outcome = self.counterfoil.authenticate(values, &source).await;
        if let Err(ChallengeReason::Malformed(fault)) = outcome.as_ref().map_err(Challenge::reason) {
            tracing::debug!(target: "counterfoil", reason = %fault, "request refused");
        }
        Authentication::from(outcome)
    }

    /// The rejection, if the middleware refuses the request.
    fn refused(&self, known: &Authentication) -> Option<Rejection> {
        let rejection = known.principal().err()?;
        let refuses = match self.mode {
            Mode::Required => !known.is_preflight(),
            Mode::Optional => known.is_attempted(),
            Mode::Deferred => false,
        };
        refuses.then(|| rejection.clone().into())
    }
}

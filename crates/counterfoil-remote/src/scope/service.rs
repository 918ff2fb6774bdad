//! The service that the scope layer makes.

use std::task::{Context, Poll};

use counterfoil_tower::{Refuse, Rejection};
use http::{Extensions, Request, Response};
use tower_service::Service;

use crate::authentication::Authentication;
use crate::scope::future::ResponseFuture;
use crate::scope::layer::RequireScopeLayer;

/// Requires a scope of each request. [`RequireScopeLayer`] makes this service.
#[derive(Clone, Debug)]
pub struct RequireScope<S, R> {
    pub(super) inner: S,
    pub(super) layer: RequireScopeLayer<R>,
}

impl<S, R, B, C> Service<Request<B>> for RequireScope<S, R>
where
    S: Service<Request<B>, Response = Response<C>>,
    R: Refuse<C>,
{
    type Response = Response<C>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, C>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match judged(request.extensions(), self.layer.scope) {
            Err(rejection) => ResponseFuture::refused(self.layer.refuse.refuse(&rejection)),
            Ok(()) => ResponseFuture::calling(self.inner.call(request)),
        }
    }
}

fn judged(extensions: &Extensions, scope: &'static str) -> Result<(), Rejection> {
    let known = extensions.get::<Authentication>().ok_or_else(Rejection::layer_missing)?;
    if known.is_preflight() {
        return Ok(());
    }
    let principal = known.principal().map_err(Clone::clone)?;
    principal.require(scope).map_err(Rejection::from)
}

//! The service that the layer puts around an inner service.

use std::task::{Context, Poll};

use http::{Extensions, Request, Response};
use tower_service::Service;

use crate::authentication::Authentication;
use crate::generic::Caller;
use crate::refuse::Refuse;
use crate::rejection::Rejection;
use crate::scope::future::ResponseFuture;
use crate::scope::layer::RequireScopeLayer;
use crate::scope::needed::Needed;

/// Requires a scope. [`RequireScopeLayer`] puts this service around an inner service.
#[derive(Clone, Debug)]
pub struct RequireScope<S, P, R> {
    pub(super) inner: S,
    pub(super) layer: RequireScopeLayer<P, R>,
}

impl<S, P, R, B, C> Service<Request<B>> for RequireScope<S, P, R>
where
    S: Service<Request<B>, Response = Response<C>>,
    P: Caller,
    R: Refuse<C>,
{
    type Response = Response<C>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, C>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match judged::<P>(request.extensions(), self.layer.needed) {
            Err(rejection) => ResponseFuture::refused(self.layer.refuse.refuse(&rejection)),
            Ok(()) => ResponseFuture::calling(self.inner.call(request)),
        }
    }
}

fn judged<P: Caller>(extensions: &Extensions, needed: Needed) -> Result<(), Rejection> {
    let known = extensions.get::<Authentication<P>>().ok_or_else(Rejection::layer_missing)?;
    if known.is_preflight() {
        return Ok(());
    }
    let principal = known.principal().map_err(Clone::clone)?;
    needed.check(principal).map_err(Rejection::from)
}

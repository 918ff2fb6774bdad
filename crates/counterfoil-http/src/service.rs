//! Endpoints as tower services.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Request;
use tower_service::Service;

use crate::body::Response;
use crate::endpoint::Endpoint;
use crate::endpoints::Endpoints;

/// The future of the tower services [`Endpoints`] and [`Endpoint`].
#[must_use = "futures do nothing unless polled"]
pub struct ResponseFuture(Pin<Box<dyn Future<Output = Response> + Send>>);

impl Future for ResponseFuture {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context).map(Ok)
    }
}

impl std::fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

/// Answers as [`Endpoints::respond`] does.
impl<B> Service<Request<B>> for Endpoints
where
    B: http_body::Body + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> ResponseFuture {
        match self.find(request.uri().path()) {
            Some(endpoint) => endpoint.clone().call(request),
            None => ResponseFuture(Box::pin(async { crate::Problem::not_found().to_response() })),
        }
    }
}

/// Answers as [`Endpoint::respond`] does.
impl<B> Service<Request<B>> for Endpoint
where
    B: http_body::Body + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> ResponseFuture {
        let endpoint = self.clone();
        ResponseFuture(Box::pin(async move { endpoint.respond(request).await }))
    }
}

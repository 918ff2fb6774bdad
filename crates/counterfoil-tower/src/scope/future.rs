//! The future that the layer's service returns.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Response;
use pin_project_lite::pin_project;

pin_project! {
    /// The future of the service that requires a scope. It completes with the response of the inner service, or with
    /// the response to a refused request.
    #[derive(Debug)]
    pub struct ResponseFuture<F, C> {
        #[pin]
        step: Step<F, C>,
    }
}

pin_project! {
    #[project = Now]
    #[derive(Debug)]
    enum Step<F, C> {
        Calling { #[pin] calling: F },
        Refused { response: Option<Response<C>> },
    }
}

impl<F, C> ResponseFuture<F, C> {
    pub(crate) fn calling(calling: F) -> Self {
        Self { step: Step::Calling { calling } }
    }

    pub(crate) fn refused(response: Response<C>) -> Self {
        Self { step: Step::Refused { response: Some(response) } }
    }
}

impl<F, C, E> Future for ResponseFuture<F, C>
where
    F: Future<Output = Result<Response<C>, E>>,
{
    type Output = Result<Response<C>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().step.project() {
            Now::Calling { calling } => calling.poll(context),
            // The response is `None` if the future is polled again after completion, which a caller must not do.
            Now::Refused { response } => response.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(response))),
        }
    }
}

//! The future that the layer's service returns.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::authentication::Authentication;
use crate::generic::Caller;
use crate::refuse::Refuse;

/// A future that verifies a credential.
pub(crate) type Verifying<P> = Pin<Box<dyn Future<Output = Authentication<P>> + Send>>;

/// The inner service and the request, which wait until the credential is verified.
pub(crate) struct State<S, B> {
    inner: S,
    request: Request<B>,
}

impl<S, B> State<S, B> {
    pub(crate) fn new(inner: S, request: Request<B>) -> Self {
        Self { inner, request }
    }

    fn call<P: Caller>(mut self, known: Authentication<P>) -> S::Future
    where
        S: Service<Request<B>>,
    {
        self.request.extensions_mut().insert(known);
        self.inner.call(self.request)
    }
}

pin_project! {
    /// The future of the authentication service. It completes with the response of the inner service, or with the
    /// response to a refused request.
    pub struct ResponseFuture<S, P, R, B, C>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        step: Step<S, P, R, B, C>,
    }
}

pin_project! {
    #[project = Now]
    enum Step<S, P, R, B, C>
    where
        S: Service<Request<B>>,
    {
        Verifying { verifying: Verifying<P>, state: Option<State<S, B>>, required: bool, refuse: R },
        Calling { #[pin] calling: S::Future },
        Refused { response: Option<Response<C>> },
    }
}

impl<S, P, R, B, C> ResponseFuture<S, P, R, B, C>
where
    S: Service<Request<B>>,
    P: Caller,
{
    pub(crate) fn verifying(verifying: Verifying<P>, state: State<S, B>, required: bool, refuse: R) -> Self {
        Self { step: Step::Verifying { verifying, state: Some(state), required, refuse } }
    }

    pub(crate) fn calling(state: State<S, B>, known: Authentication<P>) -> Self {
        Self { step: Step::Calling { calling: state.call(known) } }
    }

    pub(crate) fn refused(response: Response<C>) -> Self {
        Self { step: Step::Refused { response: Some(response) } }
    }
}

impl<S, P, R, B, C> Future for ResponseFuture<S, P, R, B, C>
where
    S: Service<Request<B>, Response = Response<C>>,
    P: Caller,
    R: Refuse<C>,
{
    type Output = Result<Response<C>, S::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut step = self.project().step;
        loop {
            let next = match step.as_mut().project() {
                Now::Calling { calling } => return calling.poll(context),
                Now::Refused { response } => match response.take() {
                    Some(response) => return Poll::Ready(Ok(response)),
                    // The future was polled again after completion, which a caller must not do.
                    None => return Poll::Pending,
                },
                Now::Verifying { verifying, state, required, refuse } => {
                    let known = ready!(verifying.as_mut().poll(context));
                    match (known.principal(), state.take()) {
                        (Err(rejection), _) if *required => Step::Refused { response: Some(refuse.refuse(rejection)) },
                        (_, Some(state)) => Step::Calling { calling: state.call(known) },
                        (_, None) => return Poll::Pending,
                    }
                }
            };
            step.set(next);
        }
    }
}

impl<S, P, R, B, C> std::fmt::Debug for ResponseFuture<S, P, R, B, C>
where
    S: Service<Request<B>>,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

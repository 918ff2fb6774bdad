//! The service that the authentication layer makes.

use std::task::{Context, Poll};

use counterfoil_tower::{Refuse, is_preflight};
use http::header::{AUTHORIZATION, Entry};
use http::{HeaderMap, HeaderValue, Request, Response};
use tower_service::Service;

use crate::authenticate::future::{ResponseFuture, State, Verifying};
use crate::authenticate::layer::AuthenticateLayer;
use crate::authentication::Authentication;
use crate::introspection::Introspection;

/// Authenticates requests. [`AuthenticateLayer`] makes this service.
#[derive(Clone, Debug)]
pub struct Authenticate<S, R> {
    pub(super) inner: S,
    pub(super) layer: AuthenticateLayer<R>,
}

/// Either the known result of a request, or the verification that asks the endpoint.
enum Seen {
    Known(Authentication),
    Ask(Verifying),
}

impl<S, R, B, C> Service<Request<B>> for Authenticate<S, R>
where
    S: Service<Request<B>, Response = Response<C>> + Clone,
    R: Refuse<C>,
{
    type Response = Response<C>;
    type Error = S::Error;
    type Future = ResponseFuture<S, R, B, C>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        mark_sensitive(request.headers_mut());
        let realm = self.layer.verifier.realm();
        let preflight = self.layer.pass_preflights && is_preflight(&request);
        let seen = match request.extensions().get::<Authentication>() {
            known if preflight && !known.is_some_and(Authentication::is_attempted) => {
                Seen::Known(Authentication::preflight(realm))
            }
            Some(known) => Seen::Known(known.clone().of_realm(realm)),
            None => Seen::Ask(verifying(&self.layer.verifier, request.headers())),
        };
        // Only `self.inner` has reported that it is ready. So `self.inner` is called, and a clone replaces it.
        let clone = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, clone);
        let state = State::new(inner, request);
        match seen {
            Seen::Ask(verifying) => {
                ResponseFuture::verifying(verifying, state, self.layer.required, self.layer.refuse.clone())
            }
            Seen::Known(known) => match known.principal() {
                Err(rejection) if self.layer.required && !known.is_preflight() => {
                    ResponseFuture::refused(self.layer.refuse.refuse(rejection))
                }
                _ => ResponseFuture::calling(state, known),
            },
        }
    }
}

fn verifying(verifier: &Introspection, headers: &HeaderMap) -> Verifying {
    let verifier = verifier.clone();
    // A clone of a header value shares the bytes of the value.
    let values: Vec<HeaderValue> = headers.get_all(AUTHORIZATION).iter().cloned().collect();
    Box::pin(async move { verifier.authenticate(values.iter().map(HeaderValue::as_bytes)).await.into() })
}

/// Marks the header as sensitive. Then it is not printed, and the compression of HTTP/2 does not index it.
fn mark_sensitive(headers: &mut HeaderMap) {
    if let Entry::Occupied(mut values) = headers.entry(AUTHORIZATION) {
        values.iter_mut().for_each(|value| value.set_sensitive(true));
    }
}

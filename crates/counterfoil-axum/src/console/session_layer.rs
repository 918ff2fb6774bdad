//! The layer that takes a session's cookie where no other credential came along.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use counterfoil::{Counterfoil, Secret, Source};
use http::header::{AUTHORIZATION, COOKIE, Entry};
use http::{HeaderMap, Method, Request};
use tower_layer::Layer;
use tower_service::Service;

use super::cookie::{Cookie, CookieName, Cookies, Transport};
use super::csrf;
use crate::authenticate::service::is_preflight;
use crate::authentication::Authentication;
use crate::host::{Asked, InvalidHost};
use crate::rejection::{Rejection, Why};
use crate::seldom::Seldom;
use crate::source::source_of;

/// What the log says, for somebody who runs the service.
const FORGED: &str = "a session's cookie came without its token, or from another site";

/// Authenticates by the console's session, so that its own pages can call the API routers: put it in front of them.
///
/// It looks at a request that brings the session's cookie and no `Authorization` header: where there is one, that alone counts. A session
/// that is refused is an invalid credential. Every method but `GET`, `HEAD` and `OPTIONS` must bring the session's token in `x-csrf-token`,
/// and not come from another site. Otherwise it is refused as [`Why::Forged`](crate::Why::Forged). This happens before the session is looked
/// up, so a forged request cannot prolong a session.
///
/// What it found out travels as an [`Authentication`] in the request's extensions; the layer of the routers behind it reads that, and answers
/// a refusal in its own shape. A request that brings the cookie and names no host, more than one, or an invalid one is 400. A request without the cookie, with two of them, or over [`Transport::PlainLoopback`] for a host that is not this
/// machine, goes on as it came. The headers that it reads are marked as sensitive.
///
/// A host's own resources, which take bearer credentials, need no such layer in front of them.
///
/// ```
/// use counterfoil::Counterfoil;
/// use counterfoil_axum::console::{SessionLayer, Transport};
/// use utoipa_axum::router::OpenApiRouter;
///
/// fn service(counterfoil: &Counterfoil) -> OpenApiRouter {
///     let managed = counterfoil_axum::me_tokens(counterfoil.clone()).merge(counterfoil_axum::settings(counterfoil.clone()));
///     OpenApiRouter::new().nest("/api/v1", managed.layer(SessionLayer::new(counterfoil.clone(), Transport::Https, "/console")))
/// }
/// ```
#[derive(Clone, Debug)]
pub struct SessionLayer {
    counterfoil: Counterfoil,
    cookies: Cookies,
    /// The line that tells of requests without the session's token.
    forged: Arc<Seldom>,
}

/// Authenticates by a session: made by [`SessionLayer`].
#[derive(Clone, Debug)]
pub struct Session<S> {
    inner: S,
    layer: SessionLayer,
}

/// What a cookie came to before anybody is asked.
enum Brought {
    Session(Secret),
    Forged,
    /// It names no host, more than one, or an invalid one.
    Hostless,
}

impl SessionLayer {
    /// Takes the sessions of that handle, from the cookies of the console that is nested under `base` with that transport.
    #[must_use]
    pub fn new(counterfoil: Counterfoil, transport: Transport, base: &str) -> Self {
        let name = CookieName::of(counterfoil.realm(), base);
        Self { counterfoil, cookies: Cookies::new(transport, name), forged: Arc::default() }
    }

    /// From cookies of that name, where the console has it too.
    #[must_use]
    pub fn cookie_name(mut self, name: CookieName) -> Self {
        self.cookies = Cookies::new(self.cookies.transport, name);
        self
    }

    fn brought<B>(&self, request: &Request<B>) -> Option<Brought> {
        let headers = request.headers();
        let known = request.extensions().get::<Authentication>().is_some();
        if known || headers.contains_key(AUTHORIZATION) || is_preflight(request) {
            return None;
        }
        let session = self.cookies.read(headers, Cookie::Session)?;
        match Asked::of(request).host() {
            Err(InvalidHost) => return Some(Brought::Hostless),
            Ok(host) if !host.is_some_and(|host| self.cookies.transport.serves(host)) => return None,
            Ok(_) => {}
        }
        if is_forged(request, &session) {
            if let Some(unsaid) = self.forged.note(self.counterfoil.now()) {
                csrf::warn(Asked::of(request), unsaid, FORGED);
            }
            return Some(Brought::Forged);
        }
        Some(Brought::Session(session))
    }

    async fn authenticate(&self, brought: Brought, source: &Source) -> Authentication {
        let rejected = match brought {
            Brought::Hostless => Rejection::new(Why::InvalidHost, self.counterfoil.realm()),
            Brought::Forged => Rejection::new(Why::Forged, self.counterfoil.realm()),
            Brought::Session(session) => {
                match self.counterfoil.from_source(source).verify_session(session.expose_secret()).await {
                    Ok(principal) => return Authentication::active(principal),
                    Err(denied) => Rejection::of(denied, self.counterfoil.realm()),
                }
            }
        };
        Authentication::rejected(rejected)
    }
}

impl<S> Layer<S> for SessionLayer {
    type Service = Session<S>;

    fn layer(&self, inner: S) -> Session<S> {
        Session { inner, layer: self.clone() }
    }
}

impl<S, B> Service<Request<B>> for Session<S>
where
    S: Service<Request<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    B: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        mark_sensitive(request.headers_mut());
        let Some(brought) = self.layer.brought(&request) else { return Box::pin(self.inner.call(request)) };
        // The inner service that was polled ready is the one to call; its clone takes its place.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let (layer, source) = (self.layer.clone(), source_of(request.extensions()));
        Box::pin(async move {
            let known = layer.authenticate(brought, &source).await;
            request.extensions_mut().insert(known);
            inner.call(request).await
        })
    }
}

/// Whether a request that changes something lacks the session's token, or comes from another site. A token that stands twice is none.
fn is_forged<B>(request: &Request<B>, session: &Secret) -> bool {
    let headers = request.headers();
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return false;
    }
    let mut tokens = headers.get_all(csrf::HEADER).iter();
    let fits = match (tokens.next(), tokens.next()) {
        (Some(token), None) => token.to_str().is_ok_and(|token| csrf::fits(session, token)),
        _ => false,
    };
    !fits || csrf::foreign(Asked::of(request)).is_some()
}

/// A header that is marked so is not printed, nor indexed by HTTP/2's compression.
fn mark_sensitive(headers: &mut HeaderMap) {
    for name in [AUTHORIZATION, COOKIE, csrf::HEADER] {
        if let Entry::Occupied(mut values) = headers.entry(name) {
            values.iter_mut().for_each(|value| value.set_sensitive(true));
        }
    }
}

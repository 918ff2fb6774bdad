//! The layer that authenticates requests by the session cookie of the console.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use counterfoil::types::Source;
use counterfoil::{Challenge, Counterfoil, Secret};
use counterfoil_http::{InvalidHost, host_of};
use counterfoil_tower::{Authentication, Rejection, RejectionReason, is_preflight, source_of};
use http::header::{AUTHORIZATION, COOKIE, Entry};
use http::{HeaderMap, Method, Request};
use tower_layer::Layer;
use tower_service::Service;

use super::cookie::{Cookie, CookieName, Cookies, Transport};
use super::csrf;
use crate::rate_limited_log::RateLimitedLog;

const FORGED: &str = "a request with a session cookie lacked the CSRF token, or came from another site";

/// Authenticates requests by the session of the console, so that the console's pages can call the API routers. This
/// layer must enclose these routers.
///
/// The layer handles a request only if it has exactly one session cookie and no `Authorization` header. It verifies the
/// session and puts the result, an [`Authentication`], into the extensions of the request. The layer inside the API
/// routers reads this result. If the session is refused, that inner layer responds as it does to an invalid credential.
///
/// A request whose method is not `GET`, `HEAD` or `OPTIONS` must contain the session's CSRF token in `x-csrf-token`,
/// and it must not come from another site. Otherwise it is refused as
/// [`RejectionReason::Forged`](crate::RejectionReason::Forged). This check precedes the verification of the session, so
/// a forged request cannot extend a session.
///
/// If the request names several hosts or an invalid host, the response is 400. It is also 400 if a request of HTTP/1.1
/// or later names no host.
///
/// The layer passes a request on without authenticating it in these cases:
///
/// - The request has no session cookie, or several.
/// - The request has an `Authorization` header. The inner layer then verifies the credential in this header.
/// - Another layer has already put an [`Authentication`] into the extensions.
/// - The console uses [`Transport::PlainLoopback`], and the host is not loopback.
/// - The request is an HTTP/1.0 request that names no host.
/// - The request is a CORS preflight.
///
/// The layer marks the headers `Authorization`, `Cookie` and `x-csrf-token` of each request as sensitive.
///
/// A host's own resources, which accept bearer credentials, do not need this layer.
///
/// ```
/// use axum::Router;
/// use counterfoil::Counterfoil;
/// use counterfoil_axum::console::{SessionLayer, Transport};
///
/// fn service(counterfoil: &Counterfoil) -> Router {
///     let api = counterfoil_axum::me_tokens(counterfoil.clone());
///     let api = api.merge(counterfoil_axum::settings(counterfoil.clone()));
///     let layer = SessionLayer::new(counterfoil.clone(), Transport::Https, "/console");
///     Router::new().nest("/api/v1", api.layer(layer).into())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct SessionLayer {
    counterfoil: Counterfoil,
    cookies: Cookies,
    /// Limits the number of log lines about requests that were refused as forged.
    forged_log: Arc<RateLimitedLog>,
}

/// The service that [`SessionLayer`] makes.
#[derive(Clone, Debug)]
pub struct Session<S> {
    inner: S,
    layer: SessionLayer,
}

/// The result of the checks that precede the verification of the session.
enum CookieRequest {
    Session(Secret),
    Forged,
    /// The request does not have exactly one valid host.
    InvalidHost,
}

impl SessionLayer {
    /// Makes a layer that accepts the sessions of `counterfoil`. `transport` and `base` must have the same values as in
    /// the console that sets the session cookies.
    #[must_use]
    pub fn new(counterfoil: Counterfoil, transport: Transport, base: &str) -> Self {
        let cookies = Cookies::of(transport, counterfoil.realm(), base);
        Self { counterfoil, cookies, forged_log: Arc::default() }
    }

    /// Sets the suffix of the names of the cookies. It must be the same suffix as in the console that sets the session
    /// cookies.
    #[must_use]
    pub fn cookie_name(mut self, name: CookieName) -> Self {
        self.cookies = self.cookies.named(name);
        self
    }

    fn cookie_request<B>(&self, request: &Request<B>) -> Option<CookieRequest> {
        let headers = request.headers();
        let known = request.extensions().get::<Authentication>().is_some();
        if known || headers.contains_key(AUTHORIZATION) || is_preflight(request) {
            return None;
        }
        let session = self.cookies.read(headers, Cookie::Session)?;
        let host = host_of(request);
        match host {
            Err(InvalidHost) => return Some(CookieRequest::InvalidHost),
            Ok(host) if !host.is_some_and(|host| self.cookies.transport.serves(host)) => return None,
            Ok(_) => {}
        }
        if is_forged(request, &session) {
            if let Some(suppressed) = self.forged_log.admit(self.counterfoil.now()) {
                csrf::warn(headers, host, suppressed, FORGED);
            }
            return Some(CookieRequest::Forged);
        }
        Some(CookieRequest::Session(session))
    }

    async fn authenticate(&self, request_kind: CookieRequest, source: &Source) -> Authentication {
        let rejected = match request_kind {
            CookieRequest::InvalidHost => Rejection::new(RejectionReason::InvalidHost),
            CookieRequest::Forged => Rejection::new(RejectionReason::Forged),
            CookieRequest::Session(session) => {
                match self.counterfoil.from_source(source).verify_session(session.expose_secret()).await {
                    Ok(principal) => return Authentication::active(principal),
                    Err(denied) => Challenge::denied(denied, self.counterfoil.realm()).into(),
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
        let Some(request_kind) = self.layer.cookie_request(&request) else { return Box::pin(self.inner.call(request)) };
        // Only `self.inner` has reported that it is ready. So `self.inner` is called, and a clone replaces it.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let (layer, source) = (self.layer.clone(), source_of(request.extensions()));
        Box::pin(async move {
            let known = layer.authenticate(request_kind, &source).await;
            request.extensions_mut().insert(known);
            inner.call(request).await
        })
    }
}

/// Whether a request must be refused as forged. `GET`, `HEAD` and `OPTIONS` requests change nothing, so they are never
/// refused. Any other request is refused if it comes from another site, or if it does not contain the CSRF token of the
/// session exactly once.
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
    !fits || csrf::foreign(headers, host_of(request)).is_some()
}

/// Marks headers as sensitive. Then they are not printed, and the compression of HTTP/2 does not index them.
fn mark_sensitive(headers: &mut HeaderMap) {
    for name in [AUTHORIZATION, COOKIE, csrf::HEADER] {
        if let Entry::Occupied(mut values) = headers.entry(name) {
            values.iter_mut().for_each(|value| value.set_sensitive(true));
        }
    }
}

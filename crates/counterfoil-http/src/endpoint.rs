//! An endpoint: one path and its methods.

use std::sync::Arc;

use http::header::{ALLOW, CONTENT_LENGTH};
use http::request::Parts;
use http::{HeaderValue, Method, Request};

use crate::api::handler::ApiHandler;
use crate::body::Response;
use crate::leaks::LeaksHandler;
use crate::oauth::endpoint::FormHandler;
use crate::oauth::metadata::{self, Metadata};
use crate::path;
use crate::problem::Problem;

/// One path and its methods, for a framework that registers routes itself. Clones share all data.
///
/// Register [`path`](Self::path) for all methods, and answer each request with [`respond`](Self::respond). An endpoint
/// authenticates its requests, and limits the size of the body and the time to read it. It refuses methods that it does
/// not support.
///
/// ```
/// # let service = counterfoil::testing::service();
/// # let counterfoil = service.counterfoil().clone();
/// let endpoints = counterfoil_http::settings(counterfoil).below("/api/v1");
/// let paths: Vec<&str> = endpoints.iter().map(|endpoint| endpoint.path()).collect();
/// assert_eq!(paths, ["/api/v1/settings"]);
/// let methods: Vec<&str> = endpoints.iter().flat_map(|endpoint| endpoint.methods()).map(|own| own.as_str()).collect();
/// assert_eq!(methods, ["GET", "HEAD", "PATCH"]);
/// ```
#[derive(Clone)]
pub struct Endpoint {
    /// The base path followed by the path template, as one text.
    path: Arc<str>,
    /// The length of the base path in bytes. The path template follows it in `path`.
    base: usize,
    routes: Arc<Routes>,
}

struct Routes {
    shape: Shape,
    methods: Vec<Method>,
    handlers: Vec<Handler>,
}

/// The format of an endpoint's 405 response.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// A problem (RFC 9457).
    Problem,
    /// An error of RFC 6749 §5.2.
    OAuth,
}

/// The handler of one method.
pub(crate) enum Handler {
    Api(Method, ApiHandler),
    /// An OAuth endpoint that takes a form by `POST`.
    Form(FormHandler),
    Metadata(Box<Metadata>),
    /// Reports of leaked secrets, by `POST`.
    Leaks(LeaksHandler),
}

impl Handler {
    fn method(&self) -> &Method {
        match self {
            Self::Api(method, _) => method,
            Self::Form(_) | Self::Leaks(_) => &Method::POST,
            Self::Metadata(_) => &Method::GET,
        }
    }
}

impl Endpoint {
    pub(crate) fn new(template: &str, shape: Shape, handlers: Vec<Handler>) -> Self {
        let mut methods = Vec::new();
        for method in handlers.iter().map(Handler::method) {
            methods.push(method.clone());
            if method == Method::GET {
                methods.push(Method::HEAD);
            }
        }
        Self { path: template.into(), base: 0, routes: Arc::new(Routes { shape, methods, handlers }) }
    }

    /// Returns the endpoint with `base` in front of its path.
    pub(crate) fn below(self, base: &str) -> Self {
        Self { path: format!("{base}{}", self.path).into(), base: self.base + base.len(), routes: self.routes }
    }

    /// The whole path, including the base path. `{name}` in it stands for one segment that is not empty.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The methods that this endpoint supports. An endpoint with `GET` also supports `HEAD`.
    #[must_use]
    pub fn methods(&self) -> &[Method] {
        &self.routes.methods
    }

    fn template(&self) -> &str {
        self.path.get(self.base..).unwrap_or_default()
    }

    /// Whether a request for `path` belongs to this endpoint. The base path must be equal byte by byte, and the rest
    /// must match the path template.
    pub(crate) fn has(&self, path: &str) -> bool {
        path::read(self.template(), path).is_some_and(|matched| self.path.get(..self.base) == Some(matched.base))
    }

    /// Whether the end of `path` matches the path template of this endpoint. The beginning can be anything, because a
    /// framework may have nested the endpoint. `path` must be as the client sent it. Call this method in a framework
    /// that routes by the decoded path, and answer 404 if the result is false.
    ///
    /// ```
    /// # let counterfoil = counterfoil::testing::service().counterfoil().clone();
    /// let endpoints = counterfoil_http::settings(counterfoil);
    /// let settings = endpoints.iter().next().expect("one endpoint");
    /// assert!(settings.ends("/settings") && settings.ends("/api/v1/settings"));
    /// assert!(!settings.ends("/api/v1/%73ettings") && !settings.ends("/settings/"));
    /// ```
    #[must_use]
    pub fn ends(&self, path: &str) -> bool {
        path::read(&self.path, path).is_some()
    }

    /// Answers a request.
    ///
    /// The path of the request must be as the client sent it: not decoded, and including the prefix that a framework
    /// stripped. The endpoint reads only the end of the path, so the prefix may be any path. `Location` headers contain
    /// the whole path.
    ///
    /// The endpoint reads two extensions of the request: a [`Source`](crate::Source), and an
    /// [`Authentication`](counterfoil_tower::Authentication). If there is an `Authentication`, the endpoint does not
    /// authenticate the request again.
    ///
    /// This method never fails: the response reports an error as a problem or an OAuth error. The future is `Send` if
    /// the body is `Send`. It needs a tokio runtime whose timer is enabled.
    ///
    /// # Cancel safety
    ///
    /// An OAuth endpoint completes a request once it has read the body, even if this future is dropped. If the
    /// future of a request to the API is dropped, the caller gets no response. The operation may nevertheless have been
    /// carried out.
    pub async fn respond<B: http_body::Body>(&self, request: Request<B>) -> Response {
        let (parts, body) = request.into_parts();
        let is_head = parts.method == Method::HEAD;
        let response = self.answer(parts, body).await;
        if is_head { without_body(response) } else { response }
    }

    async fn answer<B: http_body::Body>(&self, parts: Parts, body: B) -> Response {
        let method = if parts.method == Method::HEAD { &Method::GET } else { &parts.method };
        let Some(handler) = self.routes.handlers.iter().find(|handler| handler.method() == method) else {
            return self.another_method();
        };
        match handler {
            Handler::Api(_, handler) => match path::read(self.template(), parts.uri.path()) {
                Some(matched) => handler.respond(matched.segments, &parts, body).await,
                None => Problem::not_found().to_response(),
            },
            Handler::Form(handler) => handler.respond(parts, body).await,
            Handler::Metadata(metadata) => metadata::respond(metadata),
            Handler::Leaks(handler) => handler.respond(parts, body).await,
        }
    }

    /// Makes a 405 response with the supported methods in `Allow` (RFC 9110 §15.5.6).
    fn another_method(&self) -> Response {
        let mut response = match self.routes.shape {
            Shape::Problem => Problem::method_not_allowed().to_response(),
            Shape::OAuth => crate::oauth::endpoint::method_not_allowed(),
        };
        let names: Vec<&str> = self.methods().iter().map(Method::as_str).collect();
        // The OAuth error of the core already has an `Allow` header, for hosts without this crate. That header is
        // replaced here. The new value is always valid, because method names are valid header values.
        if let Ok(allowed) = HeaderValue::try_from(names.join(",")) {
            response.headers_mut().insert(ALLOW, allowed);
        }
        response
    }
}

/// Makes the response to `HEAD`: the length, and no content (RFC 9110 §9.3.2).
fn without_body(mut response: Response) -> Response {
    let length = std::mem::take(response.body_mut()).length();
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("path", &self.path).field("methods", &self.methods()).finish_non_exhaustive()
    }
}

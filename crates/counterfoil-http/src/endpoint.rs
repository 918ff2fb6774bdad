//! One path and what it answers.

use std::sync::Arc;

use http::header::{ALLOW, CONTENT_LENGTH};
use http::request::Parts;
use http::{HeaderValue, Method, Request};

use crate::api::handler::ApiHandler;
use crate::body::Response;
use crate::oauth::endpoint::FormHandler;
use crate::oauth::metadata::{self, Metadata};
use crate::path;
use crate::problem::Problem;

/// One path and its methods: for a framework that registers routes by itself. A clone shares everything.
///
/// Register [`path`](Self::path) for all methods, and answer each request with [`respond`](Self::respond). An endpoint
/// authenticates by itself, reads the body within its bounds, and answers a method that it does not have.
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
    /// The base and the template.
    path: Arc<str>,
    /// Where the template begins.
    base: usize,
    routes: Arc<Routes>,
}

struct Routes {
    shape: Shape,
    methods: Vec<Method>,
    handlers: Vec<Handler>,
}

/// What refuses a method.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// A problem (RFC 9457).
    Problem,
    /// An error of RFC 6749 §5.2.
    OAuth,
}

/// What answers one method.
pub(crate) enum Handler {
    /// Of the management API.
    Api(Method, ApiHandler),
    /// Of an OAuth endpoint that takes a form by `POST`.
    Form(FormHandler),
    /// The metadata.
    Metadata(Box<Metadata>),
}

impl Handler {
    fn method(&self) -> &Method {
        match self {
            Self::Api(method, _) => method,
            Self::Form(_) => &Method::POST,
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

    /// The same with a base in front of what it has.
    pub(crate) fn below(self, base: &str) -> Self {
        Self { path: format!("{base}{}", self.path).into(), base: self.base + base.len(), routes: self.routes }
    }

    /// The whole path, with its base. `{name}` stands for one segment that is not empty.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The methods that it has. `HEAD` comes with `GET`.
    #[must_use]
    pub fn methods(&self) -> &[Method] {
        &self.routes.methods
    }

    fn template(&self) -> &str {
        self.path.get(self.base..).unwrap_or_default()
    }

    /// Whether that is a path of this endpoint: the base byte by byte, then the template.
    pub(crate) fn has(&self, path: &str) -> bool {
        path::read(self.template(), path).is_some_and(|matched| self.path.get(..self.base) == Some(matched.base))
    }

    /// Whether the end of a path is a path of this endpoint. The front of the path may be anything, because a framework
    /// may have nested the endpoint. `path` is the path of a request as the client sent it. This is for frameworks that
    /// route by the decoded path, and then have to answer 404 themselves.
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
    /// The path of the request must be as the client sent it: not decoded, and with what a framework stripped from its
    /// front. The end of the path is read, so its front may be any. `Location` is made of the whole.
    ///
    /// Two extensions of the request are read: a [`Source`](crate::Source), and an
    /// [`Authentication`](counterfoil_tower::Authentication), with which the request is not authenticated again.
    ///
    /// It never fails: what is wrong is a problem or an OAuth error in the answer. The future is `Send` where the body
    /// is. It needs a tokio runtime with time.
    ///
    /// # Cancel safety
    ///
    /// An OAuth endpoint carries a request out to its end once its body was read, also where this future is dropped. In
    /// the API a dropped future may leave an operation done whose answer nobody saw.
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
        }
    }

    /// 405 with what is allowed (RFC 9110 §15.5.6).
    fn another_method(&self) -> Response {
        let mut response = match self.routes.shape {
            Shape::Problem => Problem::method_not_allowed().to_response(),
            Shape::OAuth => crate::oauth::endpoint::method_not_allowed(),
        };
        let names: Vec<&str> = self.methods().iter().map(Method::as_str).collect();
        // Names of methods are tokens.
        if let Ok(allowed) = HeaderValue::try_from(names.join(",")) {
            response.headers_mut().insert(ALLOW, allowed);
        }
        response
    }
}

/// The answer to `HEAD`: the length, and no content (RFC 9110 §9.3.2).
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

//! The handlers of the API. A handler authenticates the request, reads the body within its limits, authenticates the
//! request again if it has read a body, and then calls an operation of `counterfoil`.

use std::future::Future;
use std::pin::Pin;

use counterfoil::{Counterfoil, Principal};
use counterfoil_tower::{AsProblem, Refuse as _};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderValue, Method};

use super::call::Call;
use super::request::{Received, Sent};
use crate::body::Response;
use crate::endpoint::{Endpoint, Handler, Shape};
use crate::endpoints::Endpoints;
use crate::json;
use crate::problem::Problem;
use crate::read_body::read_body;

/// The maximum size of a body in bytes.
const MAX_BYTES: usize = 64 * 1024;

type Answering = Pin<Box<dyn Future<Output = Result<Response, Problem>> + Send>>;
type Answer = Box<dyn Fn(Call, Received) -> Answering + Send + Sync>;

impl Received {
    /// Receives a request with a JSON body. If the media type is not JSON, the body is not read.
    pub(crate) async fn of_json<B: http_body::Body>(parts: &Parts, body: B) -> Self {
        let media_type = media_type(parts);
        let body = if is_json(media_type.as_ref()) { Some(read_body(body, MAX_BYTES).await) } else { None };
        Self { media_type, query: parts.uri.query().map(str::to_owned), body }
    }
}

/// The media type of a request. A header that occurs more than once counts as missing.
fn media_type(parts: &Parts) -> Option<HeaderValue> {
    let mut values = parts.headers.get_all(CONTENT_TYPE).iter();
    match (values.next(), values.next()) {
        (Some(one), None) => Some(one.clone()),
        _ => None,
    }
}

fn is_json(media_type: Option<&HeaderValue>) -> bool {
    media_type.map(HeaderValue::as_bytes).is_some_and(json::is_json)
}

/// The handler of one method of a path.
pub(crate) struct ApiHandler {
    counterfoil: Counterfoil,
    /// Which body the handler expects. The body is read before the operation is called.
    expects: Expects,
    /// Returns whether a resource with these path segments can exist. If it returns false, the body is not read,
    /// because the request fails with every body.
    path: fn(&[Option<String>]) -> bool,
    answer: Answer,
}

/// The body that the handler expects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expects {
    /// No body. If the request has a body, it is not read.
    Nothing,
    /// A JSON body. If the media type is not JSON, the body is not read.
    Json,
    /// A JSON body, or no body.
    OptionalJson,
}

/// A method of a path, and the operation that it calls. [`Api::at`] adds the [`Counterfoil`] on which the operation
/// runs, and so makes an [`ApiHandler`].
pub(super) struct Route {
    method: Method,
    expects: Expects,
    path: fn(&[Option<String>]) -> bool,
    answer: Answer,
}

/// Makes a route for a method without a body.
pub(super) fn on<F, R>(method: Method, handler: F) -> Route
where
    F: Fn(Call) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    let answer = Box::new(move |call, _| -> Answering { Box::pin(handler(call)) });
    Route { method, expects: Expects::Nothing, path: |_| true, answer }
}

/// Makes a route for a method with a JSON body.
pub(super) fn on_json<T, F, R>(method: Method, handler: F) -> Route
where
    T: json::Body,
    F: Fn(Call, Sent<T>) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    let answer = Box::new(move |call, received| -> Answering { Box::pin(handler(call, Sent::read(received))) });
    let expects = if T::OPTIONAL { Expects::OptionalJson } else { Expects::Json };
    Route { method, expects, path: |_| true, answer }
}

impl Route {
    /// Sets a function that returns whether a resource with given path segments can exist. If it returns false, the
    /// body is not read. The operation makes the same check.
    pub(super) fn if_path(self, path: fn(&[Option<String>]) -> bool) -> Self {
        Self { path, ..self }
    }
}

/// Builds the endpoints of one router. All of them use the same [`Counterfoil`].
pub(super) struct Api {
    counterfoil: Counterfoil,
    endpoints: Vec<Endpoint>,
}

impl Api {
    pub(super) fn new(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, endpoints: Vec::new() }
    }

    pub(super) fn at<const N: usize>(mut self, template: &str, routes: [Route; N]) -> Self {
        let handler = |Route { method, expects, path, answer }| {
            Handler::Api(method, ApiHandler { counterfoil: self.counterfoil.clone(), expects, path, answer })
        };
        self.endpoints.push(Endpoint::new(template, Shape::Problem, routes.into_iter().map(handler).collect()));
        self
    }

    pub(super) fn endpoints(self) -> Endpoints {
        Endpoints::of(self.endpoints)
    }
}

/// The verified credential of a request, and the handle that verified it.
struct Known {
    principal: Principal,
    counterfoil: Counterfoil,
}

impl ApiHandler {
    /// Answers a request. `segments` are the path segments in place of the variables of the path template.
    pub(crate) async fn respond<B: http_body::Body>(
        &self,
        segments: Vec<Option<String>>,
        parts: &Parts,
        body: B,
    ) -> Response {
        let mut known = match self.authenticate(parts).await {
            Ok(known) => known,
            Err(refusal) => return refusal,
        };
        let received = self.receive(&segments, parts, body).await;
        if received.body.is_some() {
            // The body can arrive seconds after the headers. In between, the credential can be revoked, and its owner
            // can be disabled or lose a role. A request must not act by what was true before.
            known = match self.authenticate(parts).await {
                Ok(known) => known,
                Err(refusal) => return refusal,
            };
        }
        let call = Call::new(known.counterfoil, known.principal, segments, parts);
        (self.answer)(call, received).await.unwrap_or_else(|problem| problem.to_response())
    }

    /// Verifies the credential of a request. The clock of the returned handle stands still at the instant of the
    /// verification, so a credential that the request creates begins at this instant. If it began later, it would stay
    /// valid although the password was changed after the verification (`Account::with_valid_since`).
    async fn authenticate(&self, parts: &Parts) -> Result<Known, Response> {
        let counterfoil = self.counterfoil.at(self.counterfoil.now());
        let known = counterfoil_tower::authenticate(&counterfoil, parts).await;
        match known.principal() {
            Ok(principal) => Ok(Known { principal: principal.clone(), counterfoil }),
            Err(rejection) => Err(AsProblem.refuse(rejection)),
        }
    }

    async fn receive<B: http_body::Body>(&self, segments: &[Option<String>], parts: &Parts, body: B) -> Received {
        let media_type = media_type(parts);
        let announced = is_json(media_type.as_ref());
        let reads = match self.expects {
            Expects::Nothing => false,
            Expects::Json => announced,
            // The body may be missing. A request without a body needs no media type, so the media type is not checked
            // here.
            Expects::OptionalJson => true,
        };
        let body = if reads && (self.path)(segments) { Some(read_body(body, MAX_BYTES).await) } else { None };
        Received { media_type, query: parts.uri.query().map(str::to_owned), body }
    }
}

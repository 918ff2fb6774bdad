//! `POST /leaks`: takes reports of leaked secrets from anybody.

use counterfoil::operations::LeakReport;
use counterfoil::{Counterfoil, ManageError, Secret};
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;

use crate::api::request::{Received, parsed};
#[cfg(feature = "openapi")]
use crate::api::schema::ReportProblems;
use crate::body::Response;
use crate::endpoint::{Endpoint, Handler, Shape};
use crate::endpoints::{Endpoints, described};
use crate::json::{Body, Fields};
use crate::problem::Problem;
use crate::secret_body;
use crate::source::Sources;
#[cfg(feature = "openapi")]
use crate::strict::Strict;
use crate::to_the_end::to_the_end;

/// Serves reports of leaked secrets at `POST /leaks`. The callers are not authenticated. Every report is counted for
/// its source, and `sources` says where the endpoint finds the source. The answer does not depend on the reported
/// texts, because these are looked up later, by [`Counterfoil::run_upkeep`] or [`Counterfoil::work_leaks`] of the same
/// process.
///
/// ```
/// use counterfoil_http::{Body, Sources};
/// use http::Request;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let service = counterfoil::testing::service();
/// let endpoints = counterfoil_http::leaks(service.counterfoil().clone(), Sources::Unknown);
/// let request = Request::post("/leaks").header("content-type", "application/json");
/// let response = endpoints.respond(request.body(Body::from(r#"{"tokens":["hunter2"]}"#.to_owned()))?).await;
/// assert_eq!(response.status(), 202);
/// assert_eq!(response.into_body().into_bytes(), r#"{"received":1}"#);
/// # Ok(())
/// # }
/// ```
pub fn leaks(counterfoil: Counterfoil, sources: Sources) -> Endpoints {
    let handler = Handler::Leaks(LeaksHandler { counterfoil, sources });
    let endpoints = Endpoints::of(vec![Endpoint::new("/leaks", Shape::Problem, vec![handler])]);
    described!(endpoints, answer)
}

/// The handler of `POST /leaks`.
pub(crate) struct LeaksHandler {
    counterfoil: Counterfoil,
    sources: Sources,
}

/// A report of leaked secrets.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct Leaks {
    /// The texts that were found, each at most 1,024 bytes.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, max_items = 100))]
    tokens: Vec<Secret>,
}

#[cfg(feature = "openapi")]
type LeaksSchema = Strict<Leaks>;

impl Body for Leaks {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        let tokens = fields.required::<Vec<String>>("tokens")?;
        Ok(Self { tokens: tokens.into_iter().map(Secret::from).collect() })
    }
}

/// The number of texts that were received. It does not say whether they are secrets.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct Taken {
    /// The number of texts in the report.
    received: usize,
}

impl LeaksHandler {
    /// Answers a request. The report is counted before its body is read.
    pub(crate) async fn respond<B: http_body::Body>(&self, parts: Parts, body: B) -> Response {
        match self.receive(parts, body).await {
            Ok(response) => response,
            Err(problem) => problem.to_response(),
        }
    }

    async fn receive<B: http_body::Body>(&self, parts: Parts, body: B) -> Result<Response, Problem> {
        let source = self.sources.of(&parts.extensions).map_err(ManageError::from);
        let counterfoil = self.counterfoil.clone();
        let report = match source {
            Ok(source) => to_the_end(async move { counterfoil.accept_leak_report(&source).await }).await,
            Err(error) => Err(error),
        };
        let report = self.or_problem(report)?;
        let sent = parsed::<Leaks>(Received::of_json(&parts, body).await)?;
        answer(report, sent).map_or_else(|error| self.or_problem(Err(error)), Ok)
    }

    fn or_problem<T>(&self, outcome: Result<T, ManageError>) -> Result<T, Problem> {
        outcome.map_err(|error| Problem::of(&error, self.counterfoil.realm(), self.counterfoil.now()))
    }
}

/// Reports secrets that were found in a public place
///
/// Anybody can report. The answer is the same for every text, and is given before any text is looked up.
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/leaks",
    operation_id = "report_leaks",
    tag = "leaks",
    request_body = LeaksSchema,
    responses((status = 202, description = "received, whatever the texts are", body = Taken), ReportProblems),
    security(()),
))]
fn answer(report: LeakReport, sent: Leaks) -> Result<Response, ManageError> {
    let received = report.receive(sent.tokens)?;
    Ok(secret_body::json(StatusCode::ACCEPTED, &Taken { received }))
}

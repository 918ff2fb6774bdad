//! Serves `GET /healthz` and `GET /readyz`. The first reports that the process runs. The second reports that its store
//! accepts writes.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use counterfoil::Counterfoil;
use counterfoil::oauth::UNAVAILABLE_RETRY;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use tokio::sync::Mutex;
use tokio::time::Instant;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The time for which the result of a probe of the store is reused.
const PROBE_INTERVAL: Duration = Duration::from_secs(5);
/// The maximum duration of a probe. After this time, the store counts as not ready.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// The result of the last probe of the store.
#[derive(Clone)]
struct Readiness {
    counterfoil: Counterfoil,
    last: Arc<Mutex<Option<(Instant, bool)>>>,
}

impl Readiness {
    /// Whether the store accepts writes. Returns the result of the last probe if it is recent. If a probe is in
    /// progress, waits for its result.
    async fn is_ready(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((asked_at, ready)) = *last
            && asked_at.elapsed() < PROBE_INTERVAL
        {
            return ready;
        }
        let answer = tokio::time::timeout(PROBE_TIMEOUT, self.counterfoil.probe()).await;
        let ready = matches!(answer, Ok(Ok(())));
        *last = Some((Instant::now(), ready));
        ready
    }
}

/// Serves `/healthz` and `/readyz`.
pub(crate) fn health(counterfoil: Counterfoil) -> OpenApiRouter {
    let readiness = Readiness { counterfoil, last: Arc::default() };
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz)).with_state(readiness)
}

/// Answers 200 while the process runs
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "healthz",
    tag = "health",
    responses((status = 200, description = "the process runs", body = String, content_type = "text/plain")),
    security(()),
)]
async fn healthz() -> &'static str {
    "alive\n"
}

/// Answers 200 if the store accepts writes
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readyz",
    tag = "health",
    responses(
        (status = 200, description = "the store accepts writes", body = String, content_type = "text/plain"),
        (status = 503, description = "the store does not accept writes", body = String, content_type = "text/plain",
            headers(("Retry-After" = u64, description = "seconds"))),
    ),
    security(()),
)]
async fn readyz(State(readiness): State<Readiness>) -> Response {
    if readiness.is_ready().await {
        "ready\n".into_response()
    } else {
        let seconds = HeaderValue::from(UNAVAILABLE_RETRY);
        (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, seconds)], "not ready\n").into_response()
    }
}

//! `GET /healthz`: the process lives. `GET /readyz`: its store takes a write.

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

/// The store is asked at most once in so long, however often `/readyz` is.
const EVERY: Duration = Duration::from_secs(5);
/// A store that has not answered by then does not.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the store last said.
#[derive(Clone)]
struct Readiness {
    counterfoil: Counterfoil,
    last: Arc<Mutex<Option<(Instant, bool)>>>,
}

impl Readiness {
    /// Whoever comes while it is asked waits for that answer.
    async fn is_ready(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((asked, ready)) = *last
            && asked.elapsed() < EVERY
        {
            return ready;
        }
        let answer = tokio::time::timeout(PATIENCE, self.counterfoil.probe()).await;
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

/// Says that the process lives
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "healthz",
    tag = "health",
    responses((status = 200, description = "it lives", body = String, content_type = "text/plain")),
    security(()),
)]
async fn healthz() -> &'static str {
    "alive\n"
}

/// Says whether the store takes a write
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readyz",
    tag = "health",
    responses(
        (status = 200, description = "it does", body = String, content_type = "text/plain"),
        (status = 503, description = "it does not", body = String, content_type = "text/plain",
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

//! `GET /healthz`: the process lives. `GET /readyz`: its store answers.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use counterfoil::oauth::UNAVAILABLE_RETRY;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::store::Stores;

/// Serves `/healthz` and `/readyz`.
pub(crate) fn health(stores: Stores) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(healthz)).routes(routes!(readyz)).with_state(stores)
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

/// Says whether the store answers
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readyz",
    tag = "health",
    responses(
        (status = 200, description = "it answers", body = String, content_type = "text/plain"),
        (status = 503, description = "it does not", body = String, content_type = "text/plain",
            headers(("Retry-After" = u64, description = "seconds"))),
    ),
    security(()),
)]
async fn readyz(State(stores): State<Stores>) -> Response {
    if stores.answers().await {
        "ready\n".into_response()
    } else {
        let seconds = HeaderValue::from(UNAVAILABLE_RETRY);
        (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, seconds)], "not ready\n").into_response()
    }
}

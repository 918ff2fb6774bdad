//! Serves the OpenAPI document and the page that shows it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use bytes::Bytes;
use counterfoil_http::Problem;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

/// The content security policy of the page that shows the OpenAPI document. The page can load resources only from its
/// own origin.
const FROM_HERE: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Serves the OpenAPI document at the path `json`, and Swagger UI, which shows the document, at `{folder}/index`. The
/// files of Swagger UI are compiled into the crate. Neither the build nor the page downloads anything from elsewhere.
///
/// `folder` and `json` are paths without a trailing slash.
pub fn ui(folder: &str, json: &str, document: &OpenApi) -> Router {
    // Writing the document as JSON cannot fail, because it contains only types and texts.
    let text = Bytes::from(document.to_json().unwrap_or_default());
    let config: Arc<Config<'static>> = Arc::new(Config::from(json.to_owned()).validator_url("none"));
    Router::new()
        .route(&format!("{folder}/index"), get(async |State(config): State<Shared>| asset("index.html", config)))
        .route(
            &format!("{folder}/{{file}}"),
            get(async |Path(file): Path<String>, State(config): State<Shared>| asset(&file, config)),
        )
        .with_state(config)
        .route(json, get(async move || ([(CONTENT_TYPE, "application/json")], text.clone())))
}

type Shared = Arc<Config<'static>>;

fn asset(name: &str, config: Shared) -> Response {
    let Ok(Some(file)) = utoipa_swagger_ui::serve(name, config) else {
        return Problem::not_found().into_response();
    };
    let media_type = HeaderValue::try_from(file.content_type).unwrap_or(HeaderValue::from_static("text/plain"));
    let headers = [
        (CONTENT_TYPE, media_type),
        (CONTENT_SECURITY_POLICY, FROM_HERE),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (StatusCode::OK, headers, file.bytes.into_owned()).into_response()
}

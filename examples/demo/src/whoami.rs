//! `GET /whoami`: an example of a host's protected resource.

use axum::response::{IntoResponse as _, Response};
use counterfoil_axum::{AuthenticationProblems, Principal, Rfc3339};
use http::header::CONTENT_TYPE;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The caller and its credential.
#[derive(Serialize, ToSchema)]
struct WhoAmI {
    subject: String,
    name: String,
    /// The effective role: `collaborator`, `member`, `administrator`, `super_administrator`.
    role: &'static str,
    /// `access_token`, `personal_access_token`, `security_code`.
    kind: &'static str,
    credential_id: String,
    #[schema(required = true)]
    label: Option<String>,
    /// Null: all rights of its owner.
    #[schema(required = true)]
    scope: Option<String>,
    /// Null if it is permanent.
    #[schema(required = true)]
    expires_at: Option<Rfc3339>,
    /// The creator; for security codes only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    actor: Option<String>,
}

/// Serves `/whoami`, behind an authentication layer.
pub(crate) fn whoami() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(show))
}

/// Shows the caller
#[utoipa::path(
    get,
    path = "/whoami",
    operation_id = "whoami",
    tag = "protected resource",
    responses((status = 200, description = "who", body = WhoAmI), AuthenticationProblems),
    security(("bearer" = [])),
)]
async fn show(principal: Principal) -> Response {
    let me = WhoAmI {
        subject: principal.subject().to_string(),
        name: principal.name().to_owned(),
        role: principal.role().as_str(),
        kind: principal.kind().as_str(),
        credential_id: principal.credential_id().to_string(),
        label: principal.label().map(|label| label.as_str().to_owned()),
        scope: principal.scope().map(|scope| scope.as_str().to_owned()),
        expires_at: principal.expires_at().map(Rfc3339),
        actor: principal.actor().map(ToString::to_string),
    };
    // Texts can always be written as JSON.
    ([(CONTENT_TYPE, "application/json")], serde_json::to_string(&me).unwrap_or_default()).into_response()
}

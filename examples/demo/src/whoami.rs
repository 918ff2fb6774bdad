//! Serves `GET /whoami`, an example of a protected resource of a host.

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
    /// The effective role. It is `collaborator`, `member`, `administrator` or `super_administrator`.
    role: &'static str,
    /// The kind of the credential. It is `access_token`, `personal_access_token` or `security_code`.
    kind: &'static str,
    credential_id: String,
    #[schema(required = true)]
    label: Option<String>,
    /// The scope. Null means all rights of the owner.
    #[schema(required = true)]
    scope: Option<String>,
    /// The instant of the expiry. Null means that the credential is permanent.
    #[schema(required = true)]
    expires_at: Option<Rfc3339>,
    /// The creator of a security code. Other credentials do not have this field.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    actor: Option<String>,
}

/// Makes the router that serves `/whoami`. The caller must put it into an authentication layer.
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
    // This never fails, because any text can be written as JSON.
    ([(CONTENT_TYPE, "application/json")], serde_json::to_string(&me).unwrap_or_default()).into_response()
}

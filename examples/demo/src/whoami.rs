//! `GET /whoami`: a protected resource as a host writes one.

use axum::response::{IntoResponse as _, Response};
use counterfoil_axum::{AuthenticationProblems, Principal, Rfc3339};
use http::header::CONTENT_TYPE;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Who is calling, and by which credential.
#[derive(Serialize, ToSchema)]
struct WhoAmI {
    subject: String,
    name: String,
    /// The effective one: `collaborator`, `member`, `administrator`, `super_administrator`.
    role: &'static str,
    /// `access_token`, `personal_access_token`, `security_code`.
    kind: &'static str,
    credential_id: String,
    #[schema(required = true)]
    label: Option<String>,
    /// Null: all that its owner may.
    #[schema(required = true)]
    scope: Option<String>,
    /// Null: permanent.
    #[schema(required = true)]
    expires_at: Option<Rfc3339>,
    /// Who made it; security codes only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    actor: Option<String>,
}

/// Serves `/whoami`, behind an authentication layer.
pub(crate) fn whoami() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(tell))
}

/// Says who is calling
#[utoipa::path(
    get,
    path = "/whoami",
    operation_id = "whoami",
    tag = "protected resource",
    responses((status = 200, description = "who", body = WhoAmI), AuthenticationProblems),
    security(("bearer" = [])),
)]
async fn tell(who: Principal) -> Response {
    let me = WhoAmI {
        subject: who.subject().to_string(),
        name: who.name().to_owned(),
        role: who.role().as_str(),
        kind: who.kind().as_str(),
        credential_id: who.credential_id().to_string(),
        label: who.label().map(|label| label.as_str().to_owned()),
        scope: who.scope().map(|scope| scope.as_str().to_owned()),
        expires_at: who.expires_at().map(Rfc3339),
        actor: who.actor().map(ToString::to_string),
    };
    // Texts have a JSON form.
    ([(CONTENT_TYPE, "application/json")], serde_json::to_string(&me).unwrap_or_default()).into_response()
}

//! `POST /revoke` (RFC 7009).

use axum::extract::{Request, State};
use axum::response::Response;
use counterfoil::Counterfoil;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::oauth::endpoint::{Posted, another_method, sent};
use crate::oauth::schema::{Nothing, OAuthProblems, TokenQuery};

/// The revocation endpoint: serves `POST /revoke`. Put a [`Source`](crate::Source) in front of it.
pub fn revoke(foil: Counterfoil) -> OpenApiRouter {
    let (schemas, paths, method) = routes!(answer);
    OpenApiRouter::new().routes((schemas, paths, method.fallback(another_method))).with_state(foil)
}

/// Revokes a token of the client that asks
#[utoipa::path(
    post,
    path = "/revoke",
    operation_id = "revoke",
    tag = "oauth",
    request_body(content = TokenQuery, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "revoked, or unknown", body = Nothing), OAuthProblems),
    security((), ("client" = [])),
)]
async fn answer(State(foil): State<Counterfoil>, request: Request) -> Response {
    match Posted::read(request).await {
        Err(refused) => refused,
        Ok(posted) => sent(foil.revocation(posted.request(&posted.authorization())).await),
    }
}

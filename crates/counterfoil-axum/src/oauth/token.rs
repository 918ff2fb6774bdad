//! `POST /token` (RFC 6749 §3.2).

use axum::extract::{Request, State};
use axum::response::Response;
use counterfoil::Counterfoil;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::oauth::endpoint::{Posted, another_method, sent};
use crate::oauth::schema::{OAuthProblems, TokenAnswer, TokenForm};

/// The token endpoint: serves `POST /token`. Put a [`Source`](crate::Source) in front of it.
pub fn token(foil: Counterfoil) -> OpenApiRouter {
    let (schemas, paths, method) = routes!(answer);
    OpenApiRouter::new().routes((schemas, paths, method.fallback(another_method))).with_state(foil)
}

/// Exchanges a password or a refresh token for tokens
#[utoipa::path(
    post,
    path = "/token",
    operation_id = "token",
    tag = "oauth",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "tokens", body = TokenAnswer), OAuthProblems),
    security((), ("client" = [])),
)]
async fn answer(State(foil): State<Counterfoil>, request: Request) -> Response {
    match Posted::read(request).await {
        Err(refused) => refused,
        Ok(posted) => sent(foil.token(posted.request(&posted.authorization())).await),
    }
}

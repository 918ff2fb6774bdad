//! `POST /introspect` (RFC 7662).

use axum::extract::{Request, State};
use axum::response::Response;
use counterfoil::Counterfoil;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::oauth::endpoint::{Posted, another_method, sent};
use crate::oauth::schema::{Introspection, OAuthProblems, TokenQuery};

/// The introspection endpoint, for confidential clients: serves `POST /introspect`. Put a [`Source`](crate::Source) in front of it.
pub fn introspect(foil: Counterfoil) -> OpenApiRouter {
    let (schemas, paths, method) = routes!(answer);
    OpenApiRouter::new().routes((schemas, paths, method.fallback(another_method))).with_state(foil)
}

/// Says what a token is
#[utoipa::path(
    post,
    path = "/introspect",
    operation_id = "introspect",
    tag = "oauth",
    request_body(content = TokenQuery, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "what it is", body = Introspection), OAuthProblems),
    security((), ("client" = [])),
)]
async fn answer(State(foil): State<Counterfoil>, request: Request) -> Response {
    match Posted::read(request).await {
        Err(refused) => refused,
        Ok(posted) => sent(foil.introspection(posted.request(&posted.authorization())).await),
    }
}

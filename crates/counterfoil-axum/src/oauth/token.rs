//! `POST /token` (RFC 6749 §3.2).

use axum::extract::{Request, State};
use axum::response::Response;
use counterfoil::Counterfoil;

use crate::busy_retry::retry_while_busy;
use crate::oauth::endpoint::{Posted, Served, another_method, sent};
#[cfg(feature = "openapi")]
use crate::oauth::schema::{OAuthProblems, TokenAnswer, TokenForm};
use crate::routes::{Routes, route};
use crate::source::Sources;
use crate::to_the_end::to_the_end;

/// The token endpoint. Serves `POST /token`. `sources` says how the endpoint gets the source of a request.
pub fn token(counterfoil: Counterfoil, sources: Sources) -> Routes {
    let route = route!("/token", post: answer).map(|methods| methods.fallback(another_method));
    Routes::of([route], Served { counterfoil, sources })
}

/// Exchanges a password or a refresh token for tokens
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/token",
    operation_id = "token",
    tag = "oauth",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "tokens", body = TokenAnswer), OAuthProblems),
    security((), ("client" = [])),
))]
async fn answer(State(Served { counterfoil, sources }): State<Served>, request: Request) -> Response {
    match Posted::read(request, sources).await {
        Err(refused) => refused,
        Ok(form) => {
            to_the_end(async move {
                let authorization = form.authorization();
                sent(retry_while_busy(&counterfoil, || counterfoil.token(form.request(&authorization))).await)
            })
            .await
        }
    }
}

//! `POST /introspect` (RFC 7662).

use axum::extract::{Request, State};
use axum::response::Response;
use counterfoil::Counterfoil;

use crate::busy_retry::retry_while_busy;
use crate::oauth::endpoint::{Posted, Served, another_method, sent};
#[cfg(feature = "openapi")]
use crate::oauth::schema::{Introspection, OAuthProblems, TokenQuery};
use crate::routes::{Routes, route};
use crate::source::Sources;
use crate::to_the_end::to_the_end;

/// The introspection endpoint, for confidential clients. Serves `POST /introspect`. `sources` says how the endpoint
/// gets the source of a request.
pub fn introspect(counterfoil: Counterfoil, sources: Sources) -> Routes {
    let route = route!("/introspect", post: answer).map(|methods| methods.fallback(another_method));
    Routes::of([route], Served { counterfoil, sources })
}

/// Introspects a token
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/introspect",
    operation_id = "introspect",
    tag = "oauth",
    request_body(content = TokenQuery, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "what it is", body = Introspection), OAuthProblems),
    security((), ("client" = [])),
))]
async fn answer(State(Served { counterfoil, sources }): State<Served>, request: Request) -> Response {
    match Posted::read(request, sources).await {
        Err(refused) => refused,
        Ok(form) => {
            to_the_end(async move {
                let authorization = form.authorization();
                sent(retry_while_busy(&counterfoil, || counterfoil.introspection(form.request(&authorization))).await)
            })
            .await
        }
    }
}

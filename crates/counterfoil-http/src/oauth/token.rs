//! `POST /token` (RFC 6749 §3.2).

use counterfoil::Counterfoil;

use crate::body::Response;
use crate::busy_retry::retry_while_busy;
use crate::endpoints::{Endpoints, described};
use crate::oauth::endpoint::{FormHandler, Posted, sent};
#[cfg(feature = "openapi")]
use crate::oauth::schema::{OAuthProblems, TokenAnswer, TokenForm};
use crate::source::Sources;

/// Serves the token endpoint at `POST /token`. `sources` says where the endpoint finds the source of a request, which
/// is the address for which failed attempts are counted.
pub fn token(counterfoil: Counterfoil, sources: Sources) -> Endpoints {
    let handler = FormHandler::new(counterfoil, sources, |counterfoil, form| Box::pin(answer(counterfoil, form)));
    described!(handler.at("/token"), answer)
}

/// Issues tokens for a password, a refresh token or the credentials of a client
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/token",
    operation_id = "token",
    tag = "oauth",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "tokens", body = TokenAnswer), OAuthProblems),
    security((), ("client" = [])),
))]
async fn answer(counterfoil: Counterfoil, form: Posted) -> Response {
    let authorization = form.authorization();
    sent(retry_while_busy(&counterfoil, || counterfoil.token(form.request(&authorization))).await)
}

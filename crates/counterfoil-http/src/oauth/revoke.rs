//! `POST /revoke` (RFC 7009).

use counterfoil::Counterfoil;

use crate::body::Response;
use crate::busy_retry::retry_while_busy;
use crate::endpoints::{Endpoints, described};
use crate::oauth::endpoint::{FormHandler, Posted, sent};
#[cfg(feature = "openapi")]
use crate::oauth::schema::{Nothing, OAuthProblems, TokenQuery};
use crate::source::Sources;

/// Serves the revocation endpoint at `POST /revoke`. `sources` says where the endpoint finds the source of a request,
/// which is the address for which failed attempts are counted.
pub fn revoke(counterfoil: Counterfoil, sources: Sources) -> Endpoints {
    let handler = FormHandler::new(counterfoil, sources, |counterfoil, form| Box::pin(answer(counterfoil, form)));
    described!(handler.at("/revoke"), answer)
}

/// Revokes a token of the calling client
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/revoke",
    operation_id = "revoke",
    tag = "oauth",
    request_body(content = TokenQuery, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "revoked, or unknown", body = Nothing), OAuthProblems),
    security((), ("client" = [])),
))]
async fn answer(counterfoil: Counterfoil, form: Posted) -> Response {
    let authorization = form.authorization();
    sent(retry_while_busy(&counterfoil, || counterfoil.revocation(form.request(&authorization))).await)
}

//! `POST /introspect` (RFC 7662).

use counterfoil::Counterfoil;

use crate::body::Response;
use crate::busy_retry::retry_while_busy;
use crate::endpoints::{Endpoints, described};
use crate::oauth::endpoint::{FormHandler, Posted, sent};
#[cfg(feature = "openapi")]
use crate::oauth::schema::{Introspection, OAuthProblems, TokenQuery};
use crate::source::Sources;

/// Serves the introspection endpoint, for confidential clients, at `POST /introspect`. `sources` says where the
/// endpoint finds the source of a request, which is the address for which failed attempts are counted.
pub fn introspect(counterfoil: Counterfoil, sources: Sources) -> Endpoints {
    let handler = FormHandler::new(counterfoil, sources, |counterfoil, form| Box::pin(answer(counterfoil, form)));
    described!(handler.at("/introspect"), answer)
}

/// Returns information about a token
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/introspect",
    operation_id = "introspect",
    tag = "oauth",
    request_body(content = TokenQuery, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "what it is", body = Introspection), OAuthProblems),
    security((), ("client" = [])),
))]
async fn answer(counterfoil: Counterfoil, form: Posted) -> Response {
    let authorization = form.authorization();
    sent(retry_while_busy(&counterfoil, || counterfoil.introspection(form.request(&authorization))).await)
}

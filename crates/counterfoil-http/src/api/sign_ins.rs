//! The endpoints for the caller's own sign-ins and console sessions.

use std::num::NonZeroU32;

use counterfoil::Counterfoil;
use counterfoil::operations::Operation;
use counterfoil::types::FamilyId;
use http::{Method, StatusCode};

use super::call::Call;
use super::handler::{Api, on};
#[cfg(feature = "openapi")]
use super::page_params::PageParams;
use super::paths;
use super::request::{no_query, or_problem};
#[cfg(feature = "openapi")]
use super::schema::ReadProblems;
use super::sign_in_view::{Ended, SignInView, own_page};
#[cfg(feature = "openapi")]
use super::view::PageView;
use crate::body::Response;
use crate::cursor::List;
use crate::endpoints::{Endpoints, described};
use crate::problem::Problem;
use crate::query::Query;
use crate::secret_body;

/// Serves the caller's own sign-ins and console sessions at `/me/sign-ins` and the paths below it.
pub fn me_sign_ins(counterfoil: Counterfoil) -> Endpoints {
    let api = Api::new(counterfoil)
        .at("/me/sign-ins", [on(Method::GET, list)])
        .at("/me/sign-ins/end-others", [on(Method::POST, end_others)])
        .at("/me/sign-ins/{id}", [on(Method::GET, get), on(Method::DELETE, end)]);
    described!(api.endpoints(), list, end_others, get, end)
}

/// Reads the parameter `cursor` of a request for a list of sign-ins. Returns `None` if the request has no cursor.
pub(super) fn after(query: &Query<'_>, list: List<'_>) -> Result<Option<FamilyId>, Problem> {
    list.read(query.one("cursor")?, |key| key.parse().ok())
}

/// Lists the caller's sign-ins and console sessions
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/me/sign-ins",
    operation_id = "list_own_sign_ins",
    tag = "sign-ins",
    params(PageParams),
    responses((status = 200, description = "pages by id; newest first within a page; a page may be short or empty",
        body = PageView<SignInView>), ReadProblems),
    security(("bearer" = [])),
))]
async fn list(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let owner = call.principal.subject().as_str();
    let list = List { name: "sign-ins", realm: counterfoil.realm().as_str(), owner };
    let asked = Query::strict(call.query(), &["limit", "cursor"]);
    let asked = asked.and_then(|query| Ok((query.limit()?, after(&query, list)?)));
    let (limit, after) = match &asked {
        Ok((limit, after)) => (*limit, after.as_ref()),
        // A missing right must be reported before an error in the query. So the operation is called nevertheless.
        Err(_) => (NonZeroU32::MIN, None),
    };
    let found = or_problem(counterfoil, counterfoil.list_sign_ins(&by, after, limit).await)?;
    asked.map(|_| own_page(&found, list))
}

/// Ends all sign-ins and console sessions of the caller except the one in use
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/me/sign-ins/end-others",
    operation_id = "end_other_sign_ins",
    tag = "sign-ins",
    responses((status = 200, description = "how many were ended; after 503, some may have been ended: repeat it",
        body = Ended), ReadProblems),
    security(("bearer" = [])),
))]
async fn end_others(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    no_query(counterfoil, &by, Operation::EndOtherSignIns, call.query()).await?;
    let ended = or_problem(counterfoil, counterfoil.end_other_sign_ins(&by).await)?;
    Ok(secret_body::json(StatusCode::OK, &Ended { ended }))
}

/// Returns one of the caller's sign-ins or console sessions
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/me/sign-ins/{id}",
    operation_id = "get_own_sign_in",
    tag = "sign-ins",
    params(("id" = String, Path)),
    responses((status = 200, description = "the sign-in", body = SignInView), ReadProblems),
    security(("bearer" = [])),
))]
async fn get(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let found = or_problem(counterfoil, counterfoil.sign_in(&by, &paths::family(call.first())).await)?;
    Query::strict(call.query(), &[])?;
    Ok(secret_body::json(StatusCode::OK, &SignInView::from(&found)))
}

/// Ends one of the caller's sign-ins or console sessions, with all its tokens
#[cfg_attr(feature = "openapi", utoipa::path(
    delete,
    path = "/me/sign-ins/{id}",
    operation_id = "end_sign_in",
    tag = "sign-ins",
    params(("id" = String, Path)),
    responses((status = 204, description = "ended; a repeated request is answered with 404"), ReadProblems),
    security(("bearer" = [])),
))]
async fn end(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::family(call.first());
    no_query(counterfoil, &by, Operation::EndSignIn(&id), call.query()).await?;
    or_problem(counterfoil, counterfoil.end_sign_in(&by, &id).await)?;
    Ok(secret_body::none())
}

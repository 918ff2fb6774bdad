//! The endpoints for a user's sign-ins and console sessions, for administrators.

use std::num::NonZeroU32;

use counterfoil::operations::Operation;
use counterfoil::{Counterfoil, ManageError, Presenter, SubjectId};
use http::{Method, StatusCode};

use super::call::Call;
use super::handler::{Api, on};
#[cfg(feature = "openapi")]
use super::page_params::PageParams;
use super::paths;
use super::request::{no_query, or_problem};
#[cfg(feature = "openapi")]
use super::schema::ReadProblems;
#[cfg(feature = "openapi")]
use super::sign_in_view::UserSignIns;
use super::sign_in_view::{SignInView, user_page};
use super::sign_ins::after;
use crate::body::Response;
use crate::cursor::List;
use crate::endpoints::{Endpoints, described};
use crate::problem::Problem;
use crate::query::Query;
use crate::secret_body;

/// Serves users' sign-ins below `/users/{subject}`.
pub(super) fn user_sign_ins(counterfoil: Counterfoil) -> Endpoints {
    let api = Api::new(counterfoil)
        .at("/users/{subject}/sign-ins", [on(Method::GET, list)])
        .at("/users/{subject}/sign-ins/{id}", [on(Method::GET, get), on(Method::DELETE, end)]);
    described!(api.endpoints(), list, get, end)
}

/// Returns the name of a user. Returns `None` if the user is not in the directory.
pub(super) async fn name_of(
    counterfoil: &Counterfoil,
    by: &Presenter,
    subject: &SubjectId,
) -> Result<Option<String>, Problem> {
    match counterfoil.user(by, subject).await {
        Ok(user) => Ok(Some(user.name)),
        Err(ManageError::NotFound) => Ok(None),
        Err(error) => or_problem(counterfoil, Err(error)),
    }
}

/// Lists a user's sign-ins and console sessions, also those of a user who left the directory
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/users/{subject}/sign-ins",
    operation_id = "list_sign_ins_of",
    tag = "users",
    params(("subject" = String, Path), PageParams),
    responses((status = 200, description = "pages by id; newest first within a page; a page may be short or empty",
        body = UserSignIns), ReadProblems),
    security(("bearer" = [])),
))]
async fn list(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let subject = paths::subject(counterfoil, &by, call.first(), Operation::ListSignInsOf(None)).await?;
    let list = List { name: "sign-ins", realm: counterfoil.realm().as_str(), owner: subject.as_str() };
    let asked = Query::strict(call.query(), &["limit", "cursor"]);
    let asked = asked.and_then(|query| Ok((query.limit()?, after(&query, list)?)));
    let (limit, after) = match &asked {
        Ok((limit, after)) => (*limit, after.as_ref()),
        Err(_) => (NonZeroU32::MIN, None),
    };
    let found = or_problem(counterfoil, counterfoil.list_sign_ins_of(&by, &subject, after, limit).await)?;
    asked?;
    Ok(user_page(&found, list, name_of(counterfoil, &by, &subject).await?))
}

/// Returns one of a user's sign-ins or console sessions, also of a user who left the directory
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/users/{subject}/sign-ins/{id}",
    operation_id = "get_sign_in_of",
    tag = "users",
    params(("subject" = String, Path), ("id" = String, Path)),
    responses((status = 200, description = "the sign-in", body = SignInView), ReadProblems),
    security(("bearer" = [])),
))]
async fn get(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let subject = paths::subject(counterfoil, &by, call.first(), Operation::ListSignInsOf(None)).await?;
    let found = or_problem(counterfoil, counterfoil.sign_in_of(&by, &subject, &paths::family(call.second())).await)?;
    Query::strict(call.query(), &[])?;
    Ok(secret_body::json(StatusCode::OK, &SignInView::from(&found)))
}

/// Ends one of a user's sign-ins or console sessions, with all its tokens
#[cfg_attr(feature = "openapi", utoipa::path(
    delete,
    path = "/users/{subject}/sign-ins/{id}",
    operation_id = "end_sign_in_of",
    tag = "users",
    params(("subject" = String, Path), ("id" = String, Path)),
    responses((status = 204, description = "ended; a repeated request is answered with 404"), ReadProblems),
    security(("bearer" = [])),
))]
async fn end(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let subject = paths::subject(counterfoil, &by, call.first(), Operation::ListSignInsOf(None)).await?;
    let id = paths::family(call.second());
    no_query(counterfoil, &by, Operation::EndSignInOf(&subject, &id), call.query()).await?;
    or_problem(counterfoil, counterfoil.end_sign_in_of(&by, &subject, &id).await)?;
    Ok(secret_body::none())
}

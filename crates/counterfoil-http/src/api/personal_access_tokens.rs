//! The endpoints for the caller's own personal access tokens.

use counterfoil::Counterfoil;
use counterfoil::operations::Operation;
use http::{Method, StatusCode};

use super::call::Call;
use super::handler::{Api, on, on_json};
#[cfg(feature = "openapi")]
use super::page_params::PageParams;
use super::paths;
use super::request::{Sent, no_query, or_problem};
#[cfg(feature = "openapi")]
use super::schema::{CreateProblems, ReadProblems, WriteProblems};
use super::token_body::{NewExpiry, NewRotation, NewToken, TokenChange};
#[cfg(feature = "openapi")]
use super::token_body::{NewExpirySchema, NewRotationSchema, NewTokenSchema, TokenChangeSchema};
#[cfg(feature = "openapi")]
use super::view::{NewTokenView, PageView};
use super::view::{TokenView, after, new_token, page};
use crate::body::Response;
use crate::cursor::List;
use crate::endpoints::{Endpoints, described};
use crate::problem::Problem;
use crate::query::Query;
use crate::secret_body;

/// Serves the caller's own personal access tokens at `/me/tokens` and the paths below it.
pub fn me_tokens(counterfoil: Counterfoil) -> Endpoints {
    let api = Api::new(counterfoil)
        .at("/me/tokens", [on(Method::GET, list), on_json(Method::POST, create)])
        .at("/me/tokens/{id}", [on(Method::GET, see), on_json(Method::PATCH, change), on(Method::DELETE, delete)])
        .at("/me/tokens/{id}/rotate", [on_json(Method::POST, rotate)])
        .at("/me/tokens/{id}/extend", [on_json(Method::POST, extend)]);
    described!(api.endpoints(), list, create, see, change, delete, rotate, extend)
}

fn own(call: &Call) -> List<'_> {
    List { name: "tokens", realm: call.counterfoil.realm().as_str(), owner: call.principal.subject().as_str() }
}

/// Lists the caller's personal access tokens
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/me/tokens",
    operation_id = "list_own_tokens",
    tag = "personal access tokens",
    params(PageParams),
    responses((status = 200, description = "newest first", body = PageView<TokenView>), ReadProblems),
    security(("bearer" = [])),
))]
async fn list(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let list = own(&call);
    let asked = Query::strict(call.query(), &["limit", "cursor"]);
    let asked = asked.and_then(|query| Ok((query.limit()?, after(&query, list)?)));
    let (limit, after) = match &asked {
        Ok((limit, after)) => (*limit, after.as_ref()),
        // A missing right must be reported before an error in the query. So the operation is called nevertheless.
        Err(_) => (std::num::NonZeroU32::MIN, None),
    };
    let found = or_problem(counterfoil, counterfoil.list_personal_access_tokens(&by, after, limit).await)?;
    asked.map(|_| page::<TokenView>(&found, list))
}

/// Creates a personal access token
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/me/tokens",
    operation_id = "create_token",
    tag = "personal access tokens",
    request_body = NewTokenSchema,
    responses((status = 201, description = "the only response with its text",
        headers(("Location" = String, description = "its path")), body = inline(NewTokenView<'static>)), CreateProblems),
    security(("bearer" = [])),
))]
async fn create(call: Call, sent: Sent<NewToken>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let new = sent.or_problem(counterfoil, &by, Operation::CreateToken).await?;
    let issued = or_problem(counterfoil, counterfoil.create_personal_access_token(&by, &new.request()).await)?;
    Ok(new_token(&call.location, &issued))
}

/// Shows one of the caller's tokens
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/me/tokens/{id}",
    operation_id = "read_own_token",
    tag = "personal access tokens",
    params(("id" = String, Path)),
    responses((status = 200, description = "the same as in lists", body = TokenView), ReadProblems),
    security(("bearer" = [])),
))]
async fn see(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::record(call.first());
    let found = or_problem(counterfoil, counterfoil.personal_access_token(&by, &id).await)?;
    Query::none(call.query())?;
    Ok(secret_body::json(StatusCode::OK, &TokenView::from(&found)))
}

/// Changes the label, the description or the allowed addresses of one of the caller's tokens
#[cfg_attr(feature = "openapi", utoipa::path(
    patch,
    path = "/me/tokens/{id}",
    operation_id = "update_token",
    tag = "personal access tokens",
    params(("id" = String, Path)),
    request_body = TokenChangeSchema,
    responses((status = 200, description = "after the change", body = TokenView), WriteProblems),
    security(("bearer" = [])),
))]
async fn change(call: Call, sent: Sent<TokenChange>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::record(call.first());
    let change = sent.or_problem(counterfoil, &by, Operation::UpdateToken(Some(&id))).await?;
    let view = counterfoil.update_personal_access_token(&by, &id, &change.request()).await;
    Ok(secret_body::json(StatusCode::OK, &TokenView::from(&or_problem(counterfoil, view)?)))
}

/// Deletes one of the caller's tokens; deleting it again succeeds too
#[cfg_attr(feature = "openapi", utoipa::path(
    delete,
    path = "/me/tokens/{id}",
    operation_id = "delete_token",
    tag = "personal access tokens",
    params(("id" = String, Path)),
    responses((status = 204, description = "deleted"), ReadProblems),
    security(("bearer" = [])),
))]
async fn delete(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::record(call.first());
    no_query(counterfoil, &by, Operation::DeleteToken(&id), call.query()).await?;
    or_problem(counterfoil, counterfoil.delete_personal_access_token(&by, &id).await)?;
    Ok(secret_body::none())
}

/// Replaces one of the caller's tokens with a new token that has the same label and scope, and renews an expired one
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/me/tokens/{id}/rotate",
    operation_id = "rotate_token",
    tag = "personal access tokens",
    params(("id" = String, Path)),
    request_body = Option<NewRotationSchema>,
    responses((status = 201, description = "the only response with its text",
        headers(("Location" = String, description = "its path")), body = inline(NewTokenView<'static>)), CreateProblems),
    security(("bearer" = [])),
))]
async fn rotate(call: Call, sent: Sent<NewRotation>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::record(call.first());
    let asked = sent.or_problem(counterfoil, &by, Operation::RotateToken(Some(&id))).await?;
    let issued = counterfoil.rotate_personal_access_token(&by, &id, asked.rotation()).await;
    let issued = or_problem(counterfoil, issued)?;
    Ok(new_token(&call.location.clone().up(2), &issued))
}

/// Sets a new expiry of one of the caller's tokens, which keeps its text; only where the policy allows it
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/me/tokens/{id}/extend",
    operation_id = "extend_token",
    tag = "personal access tokens",
    params(("id" = String, Path)),
    request_body = NewExpirySchema,
    responses((status = 200, description = "after the change", body = TokenView), WriteProblems),
    security(("bearer" = [])),
))]
async fn extend(call: Call, sent: Sent<NewExpiry>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::record(call.first());
    let asked = sent.or_problem(counterfoil, &by, Operation::ExtendToken(Some(&id))).await?;
    let view = counterfoil.extend_personal_access_token(&by, &id, asked.expires_in_days).await;
    Ok(secret_body::json(StatusCode::OK, &TokenView::from(&or_problem(counterfoil, view)?)))
}

//! The endpoints for service accounts and their personal access tokens.

use std::num::NonZeroU32;

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
use super::service_account_body::{AccountUpdate, NewAccount, ServiceAccountView};
use super::token_body::{NewExpiry, NewRotation, NewToken, TokenChange};
#[cfg(feature = "openapi")]
use super::token_body::{NewExpirySchema, NewRotationSchema, NewTokenSchema, TokenChangeSchema};
#[cfg(feature = "openapi")]
use super::view::NewTokenView;
use super::view::{PageView, TokenView, after, new_token, page};
use crate::body::Response;
use crate::cursor::List;
use crate::endpoints::{Endpoints, described};
use crate::problem::Problem;
use crate::query::Query;
use crate::secret_body;
#[cfg(feature = "openapi")]
use crate::strict::Strict;

/// Serves service accounts, for administrators, at `/service-accounts` and the paths below it.
pub fn service_accounts(counterfoil: Counterfoil) -> Endpoints {
    let named = paths::names_service_account;
    let api = Api::new(counterfoil)
        .at("/service-accounts", [on(Method::GET, list), on_json(Method::POST, create)])
        .at(
            "/service-accounts/{id}",
            [on(Method::GET, see), on_json(Method::PATCH, change).if_path(named), on(Method::DELETE, delete)],
        )
        .at(
            "/service-accounts/{id}/tokens",
            [on(Method::GET, tokens), on_json(Method::POST, create_token).if_path(named)],
        )
        .at(
            "/service-accounts/{id}/tokens/{token}",
            [
                on(Method::GET, see_token),
                on_json(Method::PATCH, change_token).if_path(named),
                on(Method::DELETE, delete_token),
            ],
        )
        .at("/service-accounts/{id}/tokens/{token}/rotate", [on_json(Method::POST, rotate_token).if_path(named)])
        .at("/service-accounts/{id}/tokens/{token}/extend", [on_json(Method::POST, extend_token).if_path(named)]);
    described!(
        api.endpoints(),
        list,
        create,
        see,
        change,
        delete,
        tokens,
        create_token,
        see_token,
        change_token,
        delete_token,
        rotate_token,
        extend_token
    )
}

#[cfg(feature = "openapi")]
type NewAccountSchema = Strict<NewAccount>;

#[cfg(feature = "openapi")]
type AccountUpdateSchema = Strict<AccountUpdate>;

/// Lists service accounts
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/service-accounts",
    operation_id = "list_service_accounts",
    tag = "service accounts",
    params(PageParams),
    responses((status = 200, description = "newest first", body = PageView<ServiceAccountView>), ReadProblems),
    security(("bearer" = [])),
))]
async fn list(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let list = List { name: "service-accounts", realm: counterfoil.realm().as_str(), owner: "" };
    let asked = Query::strict(call.query(), &["limit", "cursor"]);
    let asked = asked.and_then(|query| Ok((query.limit()?, after(&query, list)?)));
    let (limit, after) = match &asked {
        Ok((limit, after)) => (*limit, after.as_ref()),
        // A missing right must be reported before an error in the query. So the operation is called nevertheless.
        Err(_) => (NonZeroU32::MIN, None),
    };
    let found = or_problem(counterfoil, counterfoil.list_service_accounts(&by, after, limit).await)?;
    let items = found.items.iter().map(ServiceAccountView::from).collect();
    let next = found.next.as_ref().map(|next| list.cursor(&next.to_string()));
    asked.map(|_| secret_body::json(StatusCode::OK, &PageView { items, next }))
}

/// Creates a service account
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/service-accounts",
    operation_id = "create_service_account",
    tag = "service accounts",
    request_body = NewAccountSchema,
    responses((status = 201, description = "created",
        headers(("Location" = String, description = "its path")), body = ServiceAccountView), WriteProblems),
    security(("bearer" = [])),
))]
async fn create(call: Call, sent: Sent<NewAccount>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let new = sent.or_problem(counterfoil, &by, Operation::CreateServiceAccount).await?;
    let made = or_problem(counterfoil, counterfoil.create_service_account(&by, &new.request()).await)?;
    Ok(call.location.created(&made.id.to_string(), &ServiceAccountView::from(&made)))
}

/// Shows one service account
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/service-accounts/{id}",
    operation_id = "read_service_account",
    tag = "service accounts",
    params(("id" = String, Path)),
    responses((status = 200, description = "the same as in lists", body = ServiceAccountView), ReadProblems),
    security(("bearer" = [])),
))]
async fn see(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::service_account(call.first());
    let found = or_problem(counterfoil, counterfoil.service_account(&by, &id).await)?;
    Query::none(call.query())?;
    Ok(secret_body::json(StatusCode::OK, &ServiceAccountView::from(&found)))
}

/// Changes, disables, enables or takes over a service account
#[cfg_attr(feature = "openapi", utoipa::path(
    patch,
    path = "/service-accounts/{id}",
    operation_id = "update_service_account",
    tag = "service accounts",
    params(("id" = String, Path)),
    request_body = AccountUpdateSchema,
    responses((status = 200, description = "after the change", body = ServiceAccountView), WriteProblems),
    security(("bearer" = [])),
))]
async fn change(call: Call, sent: Sent<AccountUpdate>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::service_account(call.first());
    let change = sent.or_problem(counterfoil, &by, Operation::UpdateServiceAccount(Some(&id))).await?;
    let view = or_problem(counterfoil, counterfoil.update_service_account(&by, &id, &change.into()).await)?;
    Ok(secret_body::json(StatusCode::OK, &ServiceAccountView::from(&view)))
}

/// Ends all tokens of a service account, and removes it
#[cfg_attr(feature = "openapi", utoipa::path(
    delete,
    path = "/service-accounts/{id}",
    operation_id = "delete_service_account",
    tag = "service accounts",
    params(("id" = String, Path)),
    responses((status = 204, description = "removed"), ReadProblems),
    security(("bearer" = [])),
))]
async fn delete(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::service_account(call.first());
    no_query(counterfoil, &by, Operation::DeleteServiceAccount(Some(&id)), call.query()).await?;
    or_problem(counterfoil, counterfoil.delete_service_account(&by, &id).await)?;
    Ok(secret_body::none())
}

/// Lists the personal access tokens of a service account
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/service-accounts/{id}/tokens",
    operation_id = "list_service_tokens",
    tag = "service accounts",
    params(("id" = String, Path), PageParams),
    responses((status = 200, description = "newest first", body = PageView<TokenView>), ReadProblems),
    security(("bearer" = [])),
))]
async fn tokens(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::service_account(call.first());
    let subject = id.subject();
    let list = List { name: "tokens", realm: counterfoil.realm().as_str(), owner: subject.as_str() };
    let asked = Query::strict(call.query(), &["limit", "cursor"]);
    let asked = asked.and_then(|query| Ok((query.limit()?, after(&query, list)?)));
    let (limit, after) = match &asked {
        Ok((limit, after)) => (*limit, after.as_ref()),
        Err(_) => (NonZeroU32::MIN, None),
    };
    let found = or_problem(counterfoil, counterfoil.list_service_tokens(&by, &id, after, limit).await)?;
    asked.map(|_| page::<TokenView>(&found, list))
}

/// Creates a personal access token of a service account
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/service-accounts/{id}/tokens",
    operation_id = "create_service_token",
    tag = "service accounts",
    params(("id" = String, Path)),
    request_body = NewTokenSchema,
    responses((status = 201, description = "the only response with its text",
        headers(("Location" = String, description = "its path")), body = inline(NewTokenView<'static>)), CreateProblems),
    security(("bearer" = [])),
))]
async fn create_token(call: Call, sent: Sent<NewToken>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::service_account(call.first());
    let new = sent.or_problem(counterfoil, &by, Operation::CreateServiceToken(Some(&id))).await?;
    let issued = or_problem(counterfoil, counterfoil.create_service_token(&by, &id, &new.request()).await)?;
    Ok(new_token(&call.location, &issued))
}

/// Shows one personal access token of a service account
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/service-accounts/{id}/tokens/{token}",
    operation_id = "read_service_token",
    tag = "service accounts",
    params(("id" = String, Path), ("token" = String, Path)),
    responses((status = 200, description = "the same as in lists", body = TokenView), ReadProblems),
    security(("bearer" = [])),
))]
async fn see_token(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let (account, id) = (paths::service_account(call.first()), paths::record(call.second()));
    let found = or_problem(counterfoil, counterfoil.service_token(&by, &account, &id).await)?;
    Query::none(call.query())?;
    Ok(secret_body::json(StatusCode::OK, &TokenView::from(&found)))
}

/// Changes the label, the description or the allowed addresses of a personal access token of a service account
#[cfg_attr(feature = "openapi", utoipa::path(
    patch,
    path = "/service-accounts/{id}/tokens/{token}",
    operation_id = "update_service_token",
    tag = "service accounts",
    params(("id" = String, Path), ("token" = String, Path)),
    request_body = TokenChangeSchema,
    responses((status = 200, description = "after the change", body = TokenView), WriteProblems),
    security(("bearer" = [])),
))]
async fn change_token(call: Call, sent: Sent<TokenChange>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let (account, id) = (paths::service_account(call.first()), paths::record(call.second()));
    let operation = Operation::UpdateServiceToken(Some(&account), Some(&id));
    let change = sent.or_problem(counterfoil, &by, operation).await?;
    let view = counterfoil.update_service_token(&by, &account, &id, &change.request()).await;
    Ok(secret_body::json(StatusCode::OK, &TokenView::from(&or_problem(counterfoil, view)?)))
}

/// Deletes a personal access token of a service account; deleting it again succeeds too
#[cfg_attr(feature = "openapi", utoipa::path(
    delete,
    path = "/service-accounts/{id}/tokens/{token}",
    operation_id = "delete_service_token",
    tag = "service accounts",
    params(("id" = String, Path), ("token" = String, Path)),
    responses((status = 204, description = "deleted"), ReadProblems),
    security(("bearer" = [])),
))]
async fn delete_token(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let (account, id) = (paths::service_account(call.first()), paths::record(call.second()));
    let operation = Operation::DeleteServiceToken(Some(&account), Some(&id));
    no_query(counterfoil, &by, operation, call.query()).await?;
    or_problem(counterfoil, counterfoil.delete_service_token(&by, &account, &id).await)?;
    Ok(secret_body::none())
}

/// Replaces a personal access token of a service account with a new token of the same label, and renews an expired one
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/service-accounts/{id}/tokens/{token}/rotate",
    operation_id = "rotate_service_token",
    tag = "service accounts",
    params(("id" = String, Path), ("token" = String, Path)),
    request_body = Option<NewRotationSchema>,
    responses((status = 201, description = "the only response with its text",
        headers(("Location" = String, description = "its path")), body = inline(NewTokenView<'static>)), CreateProblems),
    security(("bearer" = [])),
))]
async fn rotate_token(call: Call, sent: Sent<NewRotation>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let (account, id) = (paths::service_account(call.first()), paths::record(call.second()));
    let operation = Operation::RotateServiceToken(Some(&account), Some(&id));
    let asked = sent.or_problem(counterfoil, &by, operation).await?;
    let issued = counterfoil.rotate_service_token(&by, &account, &id, asked.rotation()).await;
    Ok(new_token(&call.location.clone().up(2), &or_problem(counterfoil, issued)?))
}

/// Sets a new expiry of a personal access token of a service account; only where the policy allows it
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/service-accounts/{id}/tokens/{token}/extend",
    operation_id = "extend_service_token",
    tag = "service accounts",
    params(("id" = String, Path), ("token" = String, Path)),
    request_body = NewExpirySchema,
    responses((status = 200, description = "after the change", body = TokenView), WriteProblems),
    security(("bearer" = [])),
))]
async fn extend_token(call: Call, sent: Sent<NewExpiry>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let (account, id) = (paths::service_account(call.first()), paths::record(call.second()));
    let operation = Operation::ExtendServiceToken(Some(&account), Some(&id));
    let asked = sent.or_problem(counterfoil, &by, operation).await?;
    let view = counterfoil.extend_service_token(&by, &account, &id, asked.expires_in_days).await;
    Ok(secret_body::json(StatusCode::OK, &TokenView::from(&or_problem(counterfoil, view)?)))
}

//! The endpoints for users: a search, the switch that allows token login, and a user's tokens. The
//! endpoints for a user's sign-ins and console sessions are in `user_sign_ins.rs`. The endpoint that revokes a user's
//! credentials is in `revocation.rs`.

use std::num::NonZeroU32;

use counterfoil::Counterfoil;
use counterfoil::directory::UserView as Found;
use counterfoil::operations::Operation;
use http::{Method, StatusCode};
use serde::Serialize;

use super::call::Call;
use super::handler::{Api, on, on_json};
#[cfg(feature = "openapi")]
use super::page_params::{LimitParam, PageParams};
use super::paths;
use super::request::{Sent, no_query, or_problem};
use super::revocation::revocation;
#[cfg(feature = "openapi")]
use super::schema::{CreateProblems, NotOffered, ReadProblems, WriteProblems};
use super::token_body::NewToken;
#[cfg(feature = "openapi")]
use super::token_body::NewTokenSchema;
use super::user_sign_ins::user_sign_ins;
#[cfg(feature = "openapi")]
use super::view::{NewTokenView, PageView};
use super::view::{TokenView, after, new_token, page};
use crate::body::Response;
use crate::cursor::List;
use crate::endpoints::{Endpoints, described};
use crate::json::{Body, Fields};
use crate::problem::Problem;
use crate::query::Query;
use crate::secret_body;
#[cfg(feature = "openapi")]
use crate::strict::Strict;

/// Serves users, for administrators, at `/users` and the paths below it.
pub fn users(counterfoil: Counterfoil) -> Endpoints {
    let api = Api::new(counterfoil.clone())
        .at("/users", [on(Method::GET, find)])
        .at("/users/{subject}", [on_json(Method::PATCH, change).if_path(paths::names_subject)])
        .at(
            "/users/{subject}/tokens",
            [on(Method::GET, tokens), on_json(Method::POST, create_token).if_path(paths::names_subject)],
        )
        .at("/users/{subject}/tokens/{id}", [on(Method::GET, see_token), on(Method::DELETE, delete_token)]);
    described!(api.endpoints(), find, change, tokens, create_token, see_token, delete_token)
        .merge(user_sign_ins(counterfoil.clone()))
        .merge(revocation(counterfoil))
}

/// A user.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct UserView {
    subject: String,
    name: String,
    /// `collaborator`, `member`, `administrator` or `super_administrator`.
    role: &'static str,
    token_login_allowed: bool,
}

/// The users that a search found.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct UserList {
    items: Vec<UserView>,
}

impl From<&Found> for UserView {
    fn from(found: &Found) -> Self {
        Self {
            subject: found.subject.as_str().to_owned(),
            name: found.name.clone(),
            role: found.role.as_str(),
            token_login_allowed: found.token_login_allowed,
        }
    }
}

/// The request to change whether a user may use tokens.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct UserUpdate {
    token_login_allowed: bool,
}

#[cfg(feature = "openapi")]
type UserUpdateSchema = Strict<UserUpdate>;

impl Body for UserUpdate {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self { token_login_allowed: fields.required("token_login_allowed")? })
    }
}

/// Finds users
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/users",
    operation_id = "list_users",
    tag = "users",
    params(
        ("q" = inline(Option<String>), Query, description = "the search text for the directory; everybody if missing"),
        LimitParam,
    ),
    responses((status = 200, description = "in the directory's order", body = UserList), ReadProblems, NotOffered),
    security(("bearer" = [])),
))]
async fn find(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let query = Query::strict(call.query(), &["q", "limit"]);
    let asked = query.as_ref().map_err(Problem::clone);
    let asked = asked.and_then(|query| Ok((query.limit()?, query.one("q")?.unwrap_or_default())));
    let (limit, text) = asked.as_ref().map_or((NonZeroU32::MIN, ""), |asked| *asked);
    let found = or_problem(counterfoil, counterfoil.list_users(&by, text, limit).await)?;
    asked.map(|_| secret_body::json(StatusCode::OK, &UserList { items: found.iter().map(UserView::from).collect() }))
}

/// Sets the switch "token login allowed" of a user
#[cfg_attr(feature = "openapi", utoipa::path(
    patch,
    path = "/users/{subject}",
    operation_id = "change_user",
    tag = "users",
    params(("subject" = String, Path)),
    request_body = UserUpdateSchema,
    responses((status = 200, description = "after the change", body = UserView), WriteProblems),
    security(("bearer" = [])),
))]
async fn change(call: Call, sent: Sent<UserUpdate>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let subject = paths::subject(counterfoil, &by, call.first(), Operation::SetTokenLogin(None)).await?;
    let change = sent.or_problem(counterfoil, &by, Operation::SetTokenLogin(Some(&subject))).await?;
    let view = or_problem(counterfoil, counterfoil.set_token_login(&by, &subject, change.token_login_allowed).await)?;
    Ok(secret_body::json(StatusCode::OK, &UserView::from(&view)))
}

/// Lists a user's personal access tokens
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/users/{subject}/tokens",
    operation_id = "list_tokens_of",
    tag = "users",
    params(
        ("subject" = String, Path),
        PageParams,
    ),
    responses((status = 200, description = "newest first", body = PageView<TokenView>), ReadProblems),
    security(("bearer" = [])),
))]
async fn tokens(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let subject = paths::subject(counterfoil, &by, call.first(), Operation::ListTokensOf(None)).await?;
    let list = List { name: "tokens", realm: counterfoil.realm().as_str(), owner: subject.as_str() };
    let asked = Query::strict(call.query(), &["limit", "cursor"]);
    let asked = asked.and_then(|query| Ok((query.limit()?, after(&query, list)?)));
    let (limit, after) = match &asked {
        Ok((limit, after)) => (*limit, after.as_ref()),
        Err(_) => (NonZeroU32::MIN, None),
    };
    let found = or_problem(counterfoil, counterfoil.list_personal_access_tokens_of(&by, &subject, after, limit).await)?;
    asked.map(|_| page::<TokenView>(&found, list))
}

/// Creates a personal access token that the user owns, where the policy allows this
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/users/{subject}/tokens",
    operation_id = "create_token_for",
    tag = "users",
    params(("subject" = String, Path)),
    request_body = NewTokenSchema,
    responses((status = 201, description = "the only response with its text",
        headers(("Location" = String, description = "its path")), body = inline(NewTokenView<'static>)), CreateProblems),
    security(("bearer" = [])),
))]
async fn create_token(call: Call, sent: Sent<NewToken>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let subject = paths::subject(counterfoil, &by, call.first(), Operation::CreateTokenFor(None)).await?;
    let new = sent.or_problem(counterfoil, &by, Operation::CreateTokenFor(Some(&subject))).await?;
    let issued = counterfoil.create_personal_access_token_for(&by, &subject, &new.request()).await;
    Ok(new_token(&call.location, &or_problem(counterfoil, issued)?))
}

/// Shows a user's personal access token
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/users/{subject}/tokens/{id}",
    operation_id = "read_token_of",
    tag = "users",
    params(("subject" = String, Path), ("id" = String, Path)),
    responses((status = 200, description = "the same as in lists", body = TokenView), ReadProblems),
    security(("bearer" = [])),
))]
async fn see_token(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let subject = paths::subject(counterfoil, &by, call.first(), Operation::ListTokensOf(None)).await?;
    let id = paths::record(call.second());
    let found = or_problem(counterfoil, counterfoil.personal_access_token_of(&by, &subject, &id).await)?;
    Query::none(call.query())?;
    Ok(secret_body::json(StatusCode::OK, &TokenView::from(&found)))
}

/// Deletes a user's personal access token; deleting it again succeeds too
#[cfg_attr(feature = "openapi", utoipa::path(
    delete,
    path = "/users/{subject}/tokens/{id}",
    operation_id = "delete_token_of",
    tag = "users",
    params(("subject" = String, Path), ("id" = String, Path)),
    responses((status = 204, description = "deleted"), ReadProblems),
    security(("bearer" = [])),
))]
async fn delete_token(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let subject = paths::subject(counterfoil, &by, call.first(), Operation::ListTokensOf(None)).await?;
    or_problem(counterfoil, counterfoil.authorize(&by, Operation::ListTokensOf(Some(&subject))).await)?;
    let id = paths::record(call.second());
    no_query(counterfoil, &by, Operation::DeleteTokenOf(&subject, &id), call.query()).await?;
    or_problem(counterfoil, counterfoil.delete_personal_access_token_of(&by, &subject, &id).await)?;
    Ok(secret_body::none())
}

//! The caller's own personal access tokens.

use std::time::Duration;

use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use counterfoil::operations::{Operation, Overlap};
use counterfoil::{Counterfoil, Lifetime, NewPersonalAccessToken, Scope};
use http::StatusCode;

use super::guarded;
use super::location::Location;
use super::paths::{self, Segment};
use super::request::{body, no_query, or_problem};
#[cfg(feature = "openapi")]
use super::schema::{ReadProblems, WriteProblems};
#[cfg(feature = "openapi")]
use super::view::{NewTokenView, PageView};
use super::view::{TokenView, after, new_token, page};
use crate::cursor::List;
use crate::json::{Body, Fields};
use crate::principal::Principal;
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::{Routes, route};
use crate::secret_body;
#[cfg(feature = "openapi")]
use crate::strict::Strict;

/// The caller's own personal access tokens. Serves `/me/tokens` and the paths below it.
pub fn me_tokens(counterfoil: Counterfoil) -> Routes {
    guarded(
        counterfoil,
        [
            route!("/me/tokens", get: list, post: create),
            route!("/me/tokens/{id}", get: see, delete: delete),
            route!("/me/tokens/{id}/rotate", post: rotate),
        ],
    )
}

/// A token to create.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct NewToken {
    /// Its label, unique among the owner's tokens.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255, example = "nightly build"))]
    label: String,
    /// Days of 86,400 seconds. May be null or missing only if the policy allows permanent tokens.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3660, example = 30))]
    expires_in_days: Option<i64>,
    /// Must lie within the caller's scope, which is also the default.
    #[cfg_attr(
        feature = "openapi",
        schema(
            value_type = String,
            required = false,
            pattern = r"^[!#-\[\]-~]+( [!#-\[\]-~]+)*$",
            max_length = 1000
        )
    )]
    scope: Option<Scope>,
}

#[cfg(feature = "openapi")]
type NewTokenSchema = Strict<NewToken>;

impl Body for NewToken {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            label: fields.required("label")?,
            expires_in_days: fields.optional::<Option<i64>>("expires_in_days")?.flatten(),
            scope: fields.parsed("scope")?,
        })
    }
}

/// How long the old token stays valid beside the new one.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct NewOverlap {
    /// With 0, the old token ends at once.
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub(super) overlap_seconds: Duration,
}

#[cfg(feature = "openapi")]
pub(super) type NewOverlapSchema = Strict<NewOverlap>;

impl Body for NewOverlap {
    const OPTIONAL: bool = true;

    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        let seconds = fields.optional("overlap_seconds")?.unwrap_or(0);
        Ok(Self { overlap_seconds: Duration::from_secs(seconds) })
    }
}

fn own<'a>(counterfoil: &'a Counterfoil, principal: &'a Principal) -> List<'a> {
    List { name: "tokens", realm: counterfoil.realm().as_str(), owner: principal.subject().as_str() }
}

/// Lists the caller's personal access tokens
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/me/tokens",
    operation_id = "list_own_tokens",
    tag = "personal access tokens",
    params(
        ("limit" = inline(Option<u32>), Query, minimum = 1, maximum = 100, description = "50 if missing"),
        ("cursor" = inline(Option<String>), Query, description = "the `next` of the previous page"),
    ),
    responses((status = 200, description = "newest first", body = PageView<TokenView>), ReadProblems),
    security(("bearer" = [])),
))]
async fn list(
    State(counterfoil): State<Counterfoil>,
    principal: Principal,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (by, list) = (principal.presenter(), own(&counterfoil, &principal));
    let asked = Query::strict(query.as_deref(), &["limit", "cursor"]);
    let asked = asked.and_then(|query| Ok((query.limit()?, after(&query, list)?)));
    let (limit, after) = match &asked {
        Ok((limit, after)) => (*limit, after.as_ref()),
        // Report a missing right before an error in the query.
        Err(_) => (std::num::NonZeroU32::MIN, None),
    };
    let found = or_problem(&counterfoil, counterfoil.list_personal_access_tokens(&by, after, limit).await)?;
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
        headers(("Location" = String, description = "its path")), body = inline(NewTokenView<'static>)), WriteProblems),
    security(("bearer" = [])),
))]
async fn create(
    State(counterfoil): State<Counterfoil>,
    principal: Principal,
    location: Location,
    request: Request,
) -> Result<Response, Problem> {
    let by = principal.presenter();
    let new: NewToken = body(&counterfoil, &by, Operation::CreateToken, request).await?;
    let lifetime = new.expires_in_days.map_or(Lifetime::Permanent, Lifetime::Days);
    let new = NewPersonalAccessToken::new(&new.label, lifetime).with_scope(new.scope);
    let issued = or_problem(&counterfoil, counterfoil.create_personal_access_token(&by, &new).await)?;
    Ok(new_token(&location, &issued))
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
async fn see(
    State(counterfoil): State<Counterfoil>,
    principal: Principal,
    path: Segment,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let id = paths::record(path.ok().as_deref().map(String::as_str));
    let found = or_problem(&counterfoil, counterfoil.personal_access_token(&principal.presenter(), &id).await)?;
    Query::none(query.as_deref())?;
    Ok(secret_body::json(StatusCode::OK, &TokenView::from(&found)))
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
async fn delete(
    State(counterfoil): State<Counterfoil>,
    principal: Principal,
    path: Segment,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, Problem> {
    let by = principal.presenter();
    let id = paths::record(path.ok().as_deref().map(String::as_str));
    no_query(&counterfoil, &by, Operation::DeleteToken(&id), query.as_deref()).await?;
    or_problem(&counterfoil, counterfoil.delete_personal_access_token(&by, &id).await)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Replaces one of the caller's tokens by a new one with the same label, scope and expiry
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/me/tokens/{id}/rotate",
    operation_id = "rotate_token",
    tag = "personal access tokens",
    params(("id" = String, Path)),
    request_body = Option<NewOverlapSchema>,
    responses((status = 201, description = "the only response with its text",
        headers(("Location" = String, description = "its path")), body = inline(NewTokenView<'static>)), WriteProblems),
    security(("bearer" = [])),
))]
async fn rotate(
    State(counterfoil): State<Counterfoil>,
    principal: Principal,
    path: Segment,
    location: Location,
    request: Request,
) -> Result<Response, Problem> {
    let by = principal.presenter();
    let id = paths::record(path.ok().as_deref().map(String::as_str));
    let asked: NewOverlap = body(&counterfoil, &by, Operation::RotateToken(Some(&id)), request).await?;
    let overlap = match asked.overlap_seconds {
        Duration::ZERO => Overlap::Immediate,
        overlap => Overlap::For(overlap),
    };
    let issued = or_problem(&counterfoil, counterfoil.rotate_personal_access_token(&by, &id, overlap).await)?;
    Ok(new_token(&location.up(2), &issued))
}

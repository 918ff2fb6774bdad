//! The caller's own personal access tokens.

use std::time::Duration;

use counterfoil::operations::{Operation, Overlap};
use counterfoil::types::Networks;
use counterfoil::{Counterfoil, Lifetime, NewPersonalAccessToken, Scope};
use http::{Method, StatusCode};

#[cfg(feature = "openapi")]
use super::allowed_sources::TokenUpdateSchema;
use super::allowed_sources::{self, TokenUpdate};
use super::call::Call;
use super::handler::{Api, on, on_json};
#[cfg(feature = "openapi")]
use super::page_params::PageParams;
use super::paths;
use super::request::{Sent, no_query, or_problem};
#[cfg(feature = "openapi")]
use super::schema::{CreateProblems, ReadProblems, WriteProblems};
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

/// Serves the caller's own personal access tokens at `/me/tokens` and the paths below it.
pub fn me_tokens(counterfoil: Counterfoil) -> Endpoints {
    let api = Api::new(counterfoil)
        .at("/me/tokens", [on(Method::GET, list), on_json(Method::POST, create)])
        .at("/me/tokens/{id}", [on(Method::GET, see), on_json(Method::PATCH, update), on(Method::DELETE, delete)])
        .at("/me/tokens/{id}/rotate", [on_json(Method::POST, rotate)]);
    described!(api.endpoints(), list, create, see, update, delete, rotate)
}

/// The request to create a token.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct NewToken {
    /// The label of the token. It must be unique among the owner's tokens.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255, example = "nightly build"))]
    label: String,
    /// The lifetime in days of 86,400 seconds. It may be null or missing only if the policy allows permanent tokens.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3660, example = 30))]
    expires_in_days: Option<i64>,
    /// The scope of the token. It must lie within the caller's scope, which is also the default.
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
    /// The addresses from which the token can be used: 1 to 16 addresses or blocks such as `192.0.2.0/24` or
    /// `2001:db8::/32`. Null or missing means those from which the caller's credential can be used, usually from
    /// anywhere.
    #[cfg_attr(
        feature = "openapi",
        schema(value_type = Option<Vec<String>>, required = false, min_items = 1, max_items = 16, example = json!(["192.0.2.0/24"]))
    )]
    allowed_sources: Option<Networks>,
}

#[cfg(feature = "openapi")]
pub(super) type NewTokenSchema = Strict<NewToken>;

impl NewToken {
    pub(super) fn request(&self) -> NewPersonalAccessToken<'_> {
        let lifetime = self.expires_in_days.map_or(Lifetime::Permanent, Lifetime::Days);
        let new = NewPersonalAccessToken::new(&self.label, lifetime).with_scope(self.scope.clone());
        new.with_allowed_sources(self.allowed_sources.clone())
    }
}

impl Body for NewToken {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            label: fields.required("label")?,
            expires_in_days: fields.optional::<Option<i64>>("expires_in_days")?.flatten(),
            scope: fields.parsed("scope")?,
            allowed_sources: allowed_sources::take(fields)?.flatten(),
        })
    }
}

/// The request to rotate a token.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct NewOverlap {
    /// How long the old token stays valid together with the new one, in seconds. With 0, the old token ends at once.
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub(super) overlap_seconds: Duration,
}

impl NewOverlap {
    pub(super) fn overlap(&self) -> Overlap {
        match self.overlap_seconds {
            Duration::ZERO => Overlap::Immediate,
            overlap => Overlap::For(overlap),
        }
    }
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
        // Report a missing right before an error in the query.
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

/// Changes the addresses from which one of the caller's tokens can be used
#[cfg_attr(feature = "openapi", utoipa::path(
    patch,
    path = "/me/tokens/{id}",
    operation_id = "update_token",
    tag = "personal access tokens",
    params(("id" = String, Path)),
    request_body = TokenUpdateSchema,
    responses((status = 200, description = "after the change", body = TokenView), WriteProblems),
    security(("bearer" = [])),
))]
async fn update(call: Call, sent: Sent<TokenUpdate>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::record(call.first());
    let operation = Operation::UpdateToken(Some(&id));
    let change = sent.or_problem(counterfoil, &by, operation).await?;
    let view = match change.allowed_sources {
        Some(allowed) => counterfoil.update_personal_access_token_sources(&by, &id, allowed.as_ref()).await,
        None => {
            or_problem(counterfoil, counterfoil.authorize(&by, operation).await)?;
            counterfoil.personal_access_token(&by, &id).await
        }
    };
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

/// Replaces one of the caller's tokens with a new token that has the same label, scope and expiry
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/me/tokens/{id}/rotate",
    operation_id = "rotate_token",
    tag = "personal access tokens",
    params(("id" = String, Path)),
    request_body = Option<NewOverlapSchema>,
    responses((status = 201, description = "the only response with its text",
        headers(("Location" = String, description = "its path")), body = inline(NewTokenView<'static>)), CreateProblems),
    security(("bearer" = [])),
))]
async fn rotate(call: Call, sent: Sent<NewOverlap>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::record(call.first());
    let asked = sent.or_problem(counterfoil, &by, Operation::RotateToken(Some(&id))).await?;
    let issued = counterfoil.rotate_personal_access_token(&by, &id, asked.overlap()).await;
    let issued = or_problem(counterfoil, issued)?;
    Ok(new_token(&call.location.clone().up(2), &issued))
}

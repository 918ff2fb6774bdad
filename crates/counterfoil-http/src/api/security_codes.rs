//! The endpoints for security codes.

use std::num::NonZeroU32;

use counterfoil::operations::{self, NewAccess, NewSecurityCode, Operation};
use counterfoil::types::Networks;
use counterfoil::{Counterfoil, CredentialView, Invalid, Timestamp};
use http::{Method, StatusCode};

use super::allowed_sources;
use super::call::Call;
use super::handler::{Api, on, on_json};
#[cfg(feature = "openapi")]
use super::page_params::PageParams;
use super::paths;
use super::request::{Sent, no_query, or_problem};
#[cfg(feature = "openapi")]
use super::schema::{CreateProblems, ReadProblems, WriteProblems};
use super::view::{CodeView, after, new_code, page};
#[cfg(feature = "openapi")]
use super::view::{NewCodeView, PageView};
use crate::body::Response;
use crate::cursor::List;
use crate::endpoints::{Endpoints, described};
use crate::json::{Body, Fields};
use crate::problem::Problem;
use crate::query::Query;
use crate::rfc3339;
use crate::secret_body;
#[cfg(feature = "openapi")]
use crate::strict::Strict;

/// Serves security codes, for super administrators, at `/security-codes` and the paths below it.
pub fn security_codes(counterfoil: Counterfoil) -> Endpoints {
    let api = Api::new(counterfoil)
        .at("/security-codes", [on(Method::GET, list), on_json(Method::POST, create)])
        .at("/security-codes/{id}", [on(Method::GET, see), on_json(Method::PATCH, edit), on(Method::DELETE, delete)])
        .at("/security-codes/{id}/make-permanent", [on(Method::POST, make_permanent)])
        .at("/security-codes/{id}/reset", [on(Method::POST, reset)])
        .at("/security-codes/{id}/reactivate", [on(Method::POST, reactivate)]);
    described!(api.endpoints(), list, create, see, edit, delete, make_permanent, reset, reactivate)
}

/// The request to create a code.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct NewCode {
    /// The rights of the code: `super_administrator` or `same_as_user`.
    #[cfg_attr(
        feature = "openapi",
        schema(pattern = "^(super_administrator|same_as_user)$", example = "super_administrator")
    )]
    access: String,
    /// The name of the account whose rights the code has. It is required with `same_as_user` and not allowed otherwise.
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    user: Option<String>,
    /// The purpose of the code.
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false, max_length = 500))]
    description: Option<String>,
    /// The addresses from which the code can be used: 1 to 16 addresses or blocks such as `192.0.2.0/24` or
    /// `2001:db8::/32`. Null or missing means those from which the caller's credential can be used, usually from
    /// anywhere.
    #[cfg_attr(
        feature = "openapi",
        schema(
            value_type = Option<Vec<String>>, required = false, min_items = 1, max_items = 16,
            example = json!(["192.0.2.0/24"])
        )
    )]
    allowed_sources: Option<Networks>,
}

impl NewCode {
    fn access(&self) -> Result<NewAccess<'_>, Invalid> {
        NewAccess::parse(&self.access, self.user.as_deref())
    }
}

#[cfg(feature = "openapi")]
type NewCodeSchema = Strict<NewCode>;

impl Body for NewCode {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        let access: String = fields.required("access")?;
        let user: Option<String> = fields.optional("user")?;
        let new = Self { access, user, description: None, allowed_sources: None };
        new.access()?;
        let description = fields.optional("description")?;
        Ok(Self { description, allowed_sources: allowed_sources::take(fields)?.flatten(), ..new })
    }
}

/// The request to change a code. A missing field keeps its value.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct CodeUpdate {
    /// The new expiry. It must be in the future.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime, required = false))]
    expires_at: Option<Timestamp>,
    /// The purpose of the code.
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false, max_length = 500))]
    description: Option<String>,
    /// The addresses from which the code can be used. Null means from anywhere. In a console session, an address that
    /// is not allowed yet needs a recent password.
    #[cfg_attr(
        feature = "openapi",
        schema(
            value_type = Option<Vec<String>>, required = false, min_items = 1, max_items = 16,
            example = json!(["192.0.2.0/24"])
        )
    )]
    allowed_sources: Option<Option<Networks>>,
}

#[cfg(feature = "openapi")]
type CodeUpdateSchema = Strict<CodeUpdate>;

impl CodeUpdate {
    fn request(&self) -> operations::CodeUpdate<'_> {
        let mut change = operations::CodeUpdate::default()
            .with_expires_at(self.expires_at)
            .with_description(self.description.as_deref());
        change.allowed_sources.clone_from(&self.allowed_sources);
        change
    }
}

impl Body for CodeUpdate {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        let expires_at = match fields.optional::<String>("expires_at")? {
            None => None,
            Some(text) => Some(
                rfc3339::parse(&text)
                    .ok_or_else(|| Problem::field("expires_at", "expires_at must be an instant of RFC 3339"))?,
            ),
        };
        let description = fields.optional("description")?;
        Ok(Self { expires_at, description, allowed_sources: allowed_sources::take(fields)? })
    }
}

fn listing(counterfoil: &Counterfoil, include_expired: bool) -> List<'_> {
    let name = if include_expired { "codes, expired ones too" } else { "codes" };
    List { name, realm: counterfoil.realm().as_str(), owner: "" }
}

fn shown(code: &CredentialView) -> Response {
    secret_body::json(StatusCode::OK, &CodeView::from(code))
}

/// Lists security codes
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/security-codes",
    operation_id = "list_codes",
    tag = "security codes",
    params(
        ("include_expired" = inline(Option<bool>), Query, description = "includes expired codes that can be reactivated"),
        PageParams,
    ),
    responses((status = 200, description = "newest first", body = PageView<CodeView>), ReadProblems),
    security(("bearer" = [])),
))]
async fn list(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let asked = Query::strict(call.query(), &["include_expired", "limit", "cursor"]).and_then(|query| {
        let expired_too = query.flag("include_expired")?;
        Ok((expired_too, query.limit()?, after(&query, listing(counterfoil, expired_too))?))
    });
    let (expired_too, limit, after) = match &asked {
        Ok((expired_too, limit, after)) => (*expired_too, *limit, after.as_ref()),
        Err(_) => (false, NonZeroU32::MIN, None),
    };
    let found = or_problem(counterfoil, counterfoil.list_security_codes(&by, expired_too, after, limit).await)?;
    asked.map(|_| page::<CodeView>(&found, listing(counterfoil, expired_too)))
}

/// Creates a security code
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/security-codes",
    operation_id = "create_code",
    tag = "security codes",
    request_body = NewCodeSchema,
    responses((status = 201, description = "the only response with its text",
        headers(("Location" = String, description = "its path")), body = inline(NewCodeView<'static>)), CreateProblems),
    security(("bearer" = [])),
))]
async fn create(call: Call, sent: Sent<NewCode>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let new = sent.or_problem(counterfoil, &by, Operation::CreateCode).await?;
    let access = new.access().map_err(Problem::from)?;
    let code = NewSecurityCode::new(access).with_description(new.description.as_deref());
    let code = code.with_allowed_sources(new.allowed_sources.clone());
    let issued = or_problem(counterfoil, counterfoil.create_security_code(&by, &code).await)?;
    Ok(new_code(&call.location, &issued))
}

/// Shows a code, even if it has expired, as long as it can be reactivated
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/security-codes/{id}",
    operation_id = "read_code",
    tag = "security codes",
    params(("id" = String, Path)),
    responses((status = 200, description = "the same as in lists", body = CodeView), ReadProblems),
    security(("bearer" = [])),
))]
async fn see(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::record(call.first());
    let found = or_problem(counterfoil, counterfoil.security_code(&by, &id).await)?;
    Query::none(call.query())?;
    Ok(shown(&found))
}

/// Changes a code's expiry, description or allowed sources
///
/// All fields are checked before anything is written. Description and allowed sources are written in one step, and the
/// expiry in another one. After a 503, it is possible that only the first step was done. Repeat the request then.
#[cfg_attr(feature = "openapi", utoipa::path(
    patch,
    path = "/security-codes/{id}",
    operation_id = "edit_code",
    tag = "security codes",
    params(("id" = String, Path)),
    request_body = CodeUpdateSchema,
    responses((status = 200, description = "after the change", body = CodeView), WriteProblems),
    security(("bearer" = [])),
))]
async fn edit(call: Call, sent: Sent<CodeUpdate>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::record(call.first());
    let change = sent.or_problem(counterfoil, &by, Operation::UpdateCode(Some(&id))).await?;
    Ok(shown(&or_problem(counterfoil, counterfoil.update_security_code(&by, &id, &change.request()).await)?))
}

/// Deletes a code; deleting it again succeeds too
#[cfg_attr(feature = "openapi", utoipa::path(
    delete,
    path = "/security-codes/{id}",
    operation_id = "delete_code",
    tag = "security codes",
    params(("id" = String, Path)),
    responses((status = 204, description = "deleted"), ReadProblems),
    security(("bearer" = [])),
))]
async fn delete(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::record(call.first());
    no_query(counterfoil, &by, Operation::DeleteCode(&id), call.query()).await?;
    or_problem(counterfoil, counterfoil.delete_security_code(&by, &id).await)?;
    Ok(secret_body::none())
}

/// Makes an active code permanent
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/security-codes/{id}/make-permanent",
    operation_id = "make_code_permanent",
    tag = "security codes",
    params(("id" = String, Path)),
    responses((status = 200, description = "after the change", body = CodeView), WriteProblems),
    security(("bearer" = [])),
))]
async fn make_permanent(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::record(call.first());
    no_query(counterfoil, &by, Operation::UpdateCode(Some(&id)), call.query()).await?;
    Ok(shown(&or_problem(counterfoil, counterfoil.make_security_code_permanent(&by, &id).await)?))
}

/// Restarts the lifetime of an active or permanent code
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/security-codes/{id}/reset",
    operation_id = "reset_code",
    tag = "security codes",
    params(("id" = String, Path)),
    responses((status = 200, description = "after the change", body = CodeView), WriteProblems),
    security(("bearer" = [])),
))]
async fn reset(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::record(call.first());
    no_query(counterfoil, &by, Operation::UpdateCode(Some(&id)), call.query()).await?;
    Ok(shown(&or_problem(counterfoil, counterfoil.reset_security_code(&by, &id).await)?))
}

/// Reactivates an expired code without changing its text
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/security-codes/{id}/reactivate",
    operation_id = "reactivate_code",
    tag = "security codes",
    params(("id" = String, Path)),
    responses((status = 200, description = "after the change", body = CodeView), WriteProblems),
    security(("bearer" = [])),
))]
async fn reactivate(call: Call) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let id = paths::record(call.first());
    no_query(counterfoil, &by, Operation::UpdateCode(Some(&id)), call.query()).await?;
    Ok(shown(&or_problem(counterfoil, counterfoil.reactivate_security_code(&by, &id).await)?))
}

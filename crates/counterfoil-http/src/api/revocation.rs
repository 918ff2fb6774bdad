//! Ends the credentials of a user, for administrators.

use counterfoil::operations::Operation;
use counterfoil::types::TokenKind;
use counterfoil::{Counterfoil, ManageError};
use http::{Method, StatusCode};
use serde::Serialize;

use super::call::Call;
use super::handler::{Api, on_json};
use super::paths;
use super::request::{Sent, or_problem};
#[cfg(feature = "openapi")]
use super::schema::WriteProblems;
use super::service_account_body::ServiceAccountView;
use super::user_sign_ins::name_of;
use crate::body::Response;
use crate::endpoints::{Endpoints, described};
use crate::json::{Body, Fields};
use crate::problem::Problem;
use crate::secret_body;
#[cfg(feature = "openapi")]
use crate::strict::Strict;

/// Serves `POST /users/{subject}/revoke`.
pub(super) fn revocation(counterfoil: Counterfoil) -> Endpoints {
    let api = Api::new(counterfoil)
        .at("/users/{subject}/revoke", [on_json(Method::POST, revoke).if_path(paths::names_subject)]);
    described!(api.endpoints(), revoke)
}

/// The request to end a user's credentials.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct Revocation {
    /// The kinds to end: `personal_access_token`, `access_token`, `refresh_token`, `security_code` or
    /// `console_session`. `access_token` and `refresh_token` both mean the sign-ins with all their tokens. If this
    /// field is missing, all kinds are ended.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, required = false, min_items = 1))]
    kinds: Option<Vec<TokenKind>>,
    /// Whether the service accounts that the user made are disabled. If this field is false or missing, these accounts
    /// stay as they are.
    #[cfg_attr(feature = "openapi", schema(value_type = bool, required = false))]
    disable_service_accounts: bool,
}

#[cfg(feature = "openapi")]
type RevocationSchema = Strict<Revocation>;

impl Body for Revocation {
    const OPTIONAL: bool = true;

    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        let kinds = fields.optional::<Vec<String>>("kinds")?;
        let kinds = kinds.map(|names| names.iter().map(|name| kind(name)).collect::<Option<Vec<_>>>());
        let kinds = match kinds {
            None => None,
            Some(Some(kinds)) if !kinds.is_empty() => Some(kinds),
            Some(_) => return Err(Problem::field("kinds", KINDS)),
        };
        let disable_service_accounts = fields.optional("disable_service_accounts")?.unwrap_or(false);
        Ok(Self { kinds, disable_service_accounts })
    }
}

const KINDS: &str = "kinds must hold at least one of personal_access_token, access_token, refresh_token, \
                     security_code and console_session, and nothing else";

/// The kind with this name. `None` if no user has credentials of this kind.
fn kind(name: &str) -> Option<TokenKind> {
    TokenKind::ALL.into_iter().find(|kind| kind.as_str() == name && *kind != TokenKind::ClientSecret)
}

/// The number of credentials that were ended, and the service accounts that the user made.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct Revoked {
    /// How many sign-ins, sessions, personal access tokens and security codes were ended.
    revoked: u64,
    /// The name of the user. Null if the directory no longer has this user.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    name: Option<String>,
    /// The service accounts that the user made. Their tokens were not ended. Null if the caller's credential may not
    /// list service accounts.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    service_accounts: Option<Vec<ServiceAccountView>>,
}

/// Ends all credentials of a user, or those of some kinds, also of a user who left the directory
#[cfg_attr(feature = "openapi", utoipa::path(
    post,
    path = "/users/{subject}/revoke",
    operation_id = "revoke_credentials_of",
    tag = "users",
    params(("subject" = String, Path)),
    request_body = Option<RevocationSchema>,
    responses((status = 200, description = "what was ended; after 503, some may have been ended: repeat it",
        body = Revoked), WriteProblems),
    security(("bearer" = [])),
))]
async fn revoke(call: Call, sent: Sent<Revocation>) -> Result<Response, Problem> {
    let (counterfoil, by) = (&call.counterfoil, call.by());
    let subject = paths::subject(counterfoil, &by, call.first(), Operation::RevokeAllOf(None)).await?;
    let known = counterfoil.authorize(&by, Operation::RevokeAllOf(Some(&subject))).await;
    or_problem(counterfoil, known)?;
    let asked = sent.or_problem(counterfoil, &by, Operation::RevokeAllOf(Some(&subject))).await?;
    if asked.disable_service_accounts {
        // A missing right is reported before anything is ended.
        or_problem(counterfoil, counterfoil.authorize(&by, Operation::DisableServiceAccountsMadeBy).await)?;
    }
    let name = name_of(counterfoil, &by, &subject).await?;
    let revoked = match &asked.kinds {
        None => counterfoil.revoke_all_of(&by, &subject).await,
        Some(kinds) => counterfoil.revoke_kinds_of(&by, &subject, kinds).await,
    };
    let revoked = or_problem(counterfoil, revoked)?;
    if asked.disable_service_accounts {
        or_problem(counterfoil, counterfoil.disable_service_accounts_made_by(&by, &subject).await)?;
    }
    let service_accounts = match counterfoil.service_accounts_made_by(&by, &subject).await {
        Ok(made) => Some(made.iter().map(ServiceAccountView::from).collect()),
        Err(ManageError::Forbidden(_)) => None,
        Err(error) => return or_problem(counterfoil, Err(error)),
    };
    Ok(secret_body::json(StatusCode::OK, &Revoked { revoked, name, service_accounts }))
}

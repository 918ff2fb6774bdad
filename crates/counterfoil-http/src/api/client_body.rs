//! The request bodies of the client routes.

use std::time::Duration;

use counterfoil::client::{ClientId, ClientUpdate, Grant, NewClient, RefreshMode};
use counterfoil::service_account::ServiceAccountId;
use counterfoil::{Invalid, Scope};
use serde::Deserialize;

use crate::json::{Body, Fields};
use crate::problem::Problem;

/// The request to replace a client's secret.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct NewSecret {
    /// How long the old secret stays valid together with the new one, in seconds. With 0, the old secret ends at once.
    #[cfg_attr(feature = "openapi", schema(value_type = u64, required = false))]
    pub(super) overlap_seconds: Duration,
}

/// The request to register a client.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct NewRegistration {
    /// The name under which people see the client.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100, example = "Reports"))]
    display_name: String,
    /// The `client_id`. If it is missing, the service generates one.
    #[cfg_attr(
        feature = "openapi",
        schema(value_type = String, required = false, pattern = "^[A-Za-z0-9._~-]{1,100}$")
    )]
    id: Option<ClientId>,
    /// The grants that the client may use at the token endpoint. If this field is missing, the client may use no grant.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<GrantName>, required = false))]
    grants: Vec<Grant>,
    /// Whether the client is public, which means that it has no secret.
    #[cfg_attr(feature = "openapi", schema(value_type = bool, required = false))]
    public: bool,
    /// `rotate`: each refresh returns a new refresh token. `reuse`: the refresh token stays the same. Only confidential
    /// clients may use `reuse`.
    #[cfg_attr(feature = "openapi", schema(value_type = ModeName, required = false))]
    refresh_mode: RefreshMode,
    /// The largest scope that the client may request: a list of scope tokens, or one text. If this field is missing,
    /// the scope of the account that registers the client is used.
    #[cfg_attr(feature = "openapi", schema(value_type = Scopes, required = false))]
    scopes: Option<Scope>,
    /// The scope of a token for which the client requested no scope. A token without a scope has all rights of its
    /// owner, and its introspection response has no `scope`. A resource server that requires scopes refuses such a
    /// token. So set a default scope for clients that use such a server.
    #[cfg_attr(feature = "openapi", schema(value_type = Scopes, required = false))]
    default_scopes: Option<Scope>,
    /// Whether the client may introspect every token except refresh tokens of other clients. It must be false for a
    /// public client.
    #[cfg_attr(feature = "openapi", schema(value_type = bool, required = false))]
    resource_server: bool,
    /// The id of a service account. With the grant `client_credentials`, the client acts as this account.
    #[cfg_attr(
        feature = "openapi",
        schema(value_type = String, required = false, pattern = "^[0-9A-Za-z]{22}$")
    )]
    service_account: Option<ServiceAccountId>,
}

/// The request to change a client. A missing field keeps its value.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct RegistrationUpdate {
    /// Whether the client is disabled. A disabled client and all its tokens are refused.
    #[cfg_attr(feature = "openapi", schema(value_type = bool, required = false))]
    disabled: Option<bool>,
    /// The name under which people see the client.
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false, min_length = 1, max_length = 100))]
    display_name: Option<String>,
    /// The grants that the client may use at the token endpoint.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<GrantName>, required = false))]
    grants: Option<Vec<Grant>>,
    /// `rotate`: each refresh returns a new refresh token. `reuse`: the refresh token stays the same.
    #[cfg_attr(feature = "openapi", schema(value_type = ModeName, required = false))]
    refresh_mode: Option<RefreshMode>,
    /// The largest scope that the client may request. Null removes the limit. The change applies at once, also to
    /// existing tokens.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Scopes>, required = false))]
    scopes: Option<Option<Scope>>,
    /// The scope of a token for which the client requested no scope. Null means that the token gets the client's
    /// `scopes`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Scopes>, required = false))]
    default_scopes: Option<Option<Scope>>,
    /// The id of a service account. With the grant `client_credentials`, the client acts as this account. Null means
    /// that there is no such account.
    #[cfg_attr(
        feature = "openapi",
        schema(value_type = Option<String>, required = false, pattern = "^[0-9A-Za-z]{22}$")
    )]
    service_account: Option<Option<ServiceAccountId>>,
}

/// The name of a grant, as in the parameter `grant_type` of the token endpoint.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "for the document")]
enum GrantName {
    Password,
    RefreshToken,
    ClientCredentials,
}

/// `rotate`: each refresh returns a new refresh token. `reuse`: the refresh token stays the same.
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "for the document")]
enum ModeName {
    Rotate,
    Reuse,
}

/// Scope tokens, as a list or as one text.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
enum Scopes {
    List(Vec<String>),
    Text(String),
}

/// Removes an optional scope from `fields` and parses it. Returns `None` if the field is missing.
fn scope(fields: &mut Fields, name: &'static str) -> Result<Option<Scope>, Problem> {
    fields.optional(name)?.map(|scopes| parsed(scopes, name)).transpose()
}

/// Removes an optional scope from `fields` and parses it. Returns `None` if the field is missing, and `Some(None)` if
/// its value is `null`, which means that the scope is to be removed.
fn nullable_scope(fields: &mut Fields, name: &'static str) -> Result<Option<Option<Scope>>, Problem> {
    let given = fields.optional::<Option<Scopes>>(name)?;
    given.map(|given| given.map(|scopes| parsed(scopes, name)).transpose()).transpose()
}

/// Joins the scope tokens of a list. Returns an error if a token contains a space, because it would become two tokens.
fn parsed(scopes: Scopes, name: &'static str) -> Result<Scope, Problem> {
    let text = match scopes {
        Scopes::Text(text) => text,
        Scopes::List(tokens) if tokens.iter().any(|token| token.is_empty() || token.contains(' ')) => {
            return Err(Problem::field(name, "a scope token is 1 or more characters of %x21 / %x23-5B / %x5D-7E"));
        }
        Scopes::List(tokens) => tokens.join(" "),
    };
    text.parse().map_err(|invalid: counterfoil::types::InvalidScope| Problem::field(name, invalid.to_string()))
}

fn account(text: &str) -> Result<ServiceAccountId, Problem> {
    text.parse().map_err(|_| Problem::field("service_account", Invalid::ServiceAccount.to_string()))
}

impl Body for NewRegistration {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            display_name: fields.required("display_name")?,
            id: fields.parsed("id")?,
            grants: fields.optional("grants")?.unwrap_or_default(),
            public: fields.optional("public")?.unwrap_or_default(),
            refresh_mode: fields.optional("refresh_mode")?.unwrap_or_default(),
            scopes: scope(fields, "scopes")?,
            default_scopes: scope(fields, "default_scopes")?,
            resource_server: fields.optional("resource_server")?.unwrap_or_default(),
            service_account: fields.optional::<String>("service_account")?.as_deref().map(account).transpose()?,
        })
    }
}

impl From<NewRegistration> for NewClient {
    fn from(new: NewRegistration) -> Self {
        Self::named(&new.display_name)
            .with_id(new.id)
            .with_grants(new.grants)
            .with_allowed_scope(new.scopes)
            .with_default_scope(new.default_scopes)
            .with_public(new.public)
            .with_refresh_mode(new.refresh_mode)
            .with_resource_server(new.resource_server)
            .with_service_account(new.service_account)
    }
}

impl Body for NewSecret {
    const OPTIONAL: bool = true;

    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        let seconds = fields.optional("overlap_seconds")?.unwrap_or(0);
        Ok(Self { overlap_seconds: Duration::from_secs(seconds) })
    }
}

impl Body for RegistrationUpdate {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            disabled: fields.optional("disabled")?,
            display_name: fields.optional("display_name")?,
            grants: fields.optional("grants")?,
            refresh_mode: fields.optional("refresh_mode")?,
            scopes: nullable_scope(fields, "scopes")?,
            default_scopes: nullable_scope(fields, "default_scopes")?,
            service_account: fields
                .optional::<Option<String>>("service_account")?
                .map(|given| given.as_deref().map(account).transpose())
                .transpose()?,
        })
    }
}

impl From<RegistrationUpdate> for ClientUpdate {
    fn from(change: RegistrationUpdate) -> Self {
        let mut update = Self::default();
        update.disabled = change.disabled;
        update.display_name = change.display_name;
        update.grants = change.grants;
        update.refresh_mode = change.refresh_mode;
        update.allowed_scope = change.scopes;
        update.default_scope = change.default_scopes;
        update.service_account = change.service_account;
        update
    }
}

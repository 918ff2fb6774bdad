//! Clients as they are asked for.

use counterfoil::Scope;
use counterfoil::client::{ClientChange, ClientId, Grant, NewClient, RefreshMode};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::json::{Body, Fields};
use crate::problem::Problem;

/// A client to be registered.
#[derive(ToSchema)]
pub(super) struct NewRegistration {
    /// What people see.
    #[schema(min_length = 1, max_length = 100, example = "Reports")]
    display_name: String,
    /// Its `client_id`; left out: one is drawn.
    #[schema(value_type = String, required = false, pattern = "^[A-Za-z0-9._~-]{1,100}$")]
    id: Option<ClientId>,
    /// What it may ask for at the token endpoint; left out: nothing.
    #[schema(value_type = Vec<GrantName>, required = false)]
    grants: Vec<Grant>,
    /// Without a secret.
    #[schema(value_type = bool, required = false)]
    public: bool,
    /// What a refresh answers with; reuse for confidential clients only.
    #[schema(value_type = ModeName, required = false)]
    refresh_mode: RefreshMode,
    /// What it may ask for at most: a list of scope tokens, or a text of them; left out: anything that the one who registers it may.
    #[schema(value_type = Scopes, required = false)]
    scopes: Option<Scope>,
    /// What it gets where it asks for nothing. A token without scope has all rights of its owner and is introspected without `scope`, so that a
    /// resource server that asks for scopes refuses it: name a default for clients whose tokens such servers see.
    #[schema(value_type = Scopes, required = false)]
    default_scopes: Option<Scope>,
    /// May introspect every token; never a public client.
    #[schema(value_type = bool, required = false)]
    resource_server: bool,
}

/// What is to be changed of a client.
#[derive(ToSchema)]
pub(super) struct RegistrationChange {
    /// Refused, with all its tokens.
    #[schema(value_type = bool, required = false)]
    disabled: Option<bool>,
    /// What people see.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100)]
    display_name: Option<String>,
    /// What it may ask for.
    #[schema(value_type = Vec<GrantName>, required = false)]
    grants: Option<Vec<Grant>>,
    /// What a refresh answers with.
    #[schema(value_type = ModeName, required = false)]
    refresh_mode: Option<RefreshMode>,
    /// What it may have at most; null: anything. Holds at once, for tokens that exist too.
    #[schema(value_type = Option<Scopes>, required = false)]
    scopes: Option<Option<Scope>>,
    /// What it gets where it asks for nothing; null: all that it may have.
    #[schema(value_type = Option<Scopes>, required = false)]
    default_scopes: Option<Option<Scope>>,
}

/// A grant's name.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "for the document")]
enum GrantName {
    Password,
    RefreshToken,
}

/// What a refresh answers with.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "for the document")]
enum ModeName {
    Rotate,
    Reuse,
}

/// Scope tokens, in either form.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
enum Scopes {
    List(Vec<String>),
    Text(String),
}

/// A field that is a scope.
fn scope(fields: &mut Fields, name: &'static str) -> Result<Option<Scope>, Problem> {
    fields.optional(name)?.map(|scopes| parsed(scopes, name)).transpose()
}

/// The same where null takes the scope away.
fn nullable_scope(fields: &mut Fields, name: &'static str) -> Result<Option<Option<Scope>>, Problem> {
    let given = fields.optional::<Option<Scopes>>(name)?;
    given.map(|given| given.map(|scopes| parsed(scopes, name)).transpose()).transpose()
}

/// A token of a list must not contain a blank: one would be read as two.
fn parsed(scopes: Scopes, name: &'static str) -> Result<Scope, Problem> {
    let text = match scopes {
        Scopes::Text(text) => text,
        Scopes::List(tokens) if tokens.iter().any(|token| token.is_empty() || token.contains(' ')) => {
            return Err(Problem::field(name, "a scope token is 1 or more characters of %x21 / %x23-5B / %x5D-7E"));
        }
        Scopes::List(tokens) => tokens.join(" "),
    };
    text.parse().map_err(|invalid: counterfoil::InvalidScope| Problem::field(name, invalid.to_string()))
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
        })
    }
}

impl From<NewRegistration> for NewClient {
    fn from(new: NewRegistration) -> Self {
        Self {
            id: new.id,
            display_name: new.display_name,
            grants: new.grants,
            allowed_scope: new.scopes,
            default_scope: new.default_scopes,
            public: new.public,
            refresh_mode: new.refresh_mode,
            resource_server: new.resource_server,
        }
    }
}

impl Body for RegistrationChange {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            disabled: fields.optional("disabled")?,
            display_name: fields.optional("display_name")?,
            grants: fields.optional("grants")?,
            refresh_mode: fields.optional("refresh_mode")?,
            scopes: nullable_scope(fields, "scopes")?,
            default_scopes: nullable_scope(fields, "default_scopes")?,
        })
    }
}

impl From<RegistrationChange> for ClientChange {
    fn from(change: RegistrationChange) -> Self {
        Self {
            disabled: change.disabled,
            display_name: change.display_name,
            grants: change.grants,
            refresh_mode: change.refresh_mode,
            allowed_scope: change.scopes,
            default_scope: change.default_scopes,
        }
    }
}

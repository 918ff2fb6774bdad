//! The bodies of requests and responses for service accounts.

use counterfoil::service_account::{NewServiceAccount, ServiceAccountUpdate, ServiceAccountView as Shown};
use counterfoil::{EmailAddress, Invalid, Role, Scope};
use serde::Serialize;

use crate::json::{Body, Fields};
use crate::problem::Problem;
use crate::rfc3339::Rfc3339;

/// The request to create a service account.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct NewAccount {
    /// The label of the account. It must be unique in the realm.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100, example = "nightly import"))]
    label: String,
    /// The highest role of the account. It can be at most the caller's role. The account acts with the lower one of
    /// this role and the present role of the person who made the account.
    #[cfg_attr(feature = "openapi", schema(value_type = RoleName))]
    role: Role,
    /// The widest scope of the account's tokens. It must lie within the caller's scope, which is also the default.
    #[cfg_attr(
        feature = "openapi",
        schema(value_type = String, required = false, pattern = r"^[!#-\[\]-~]+( [!#-\[\]-~]+)*$", max_length = 1000)
    )]
    scope: Option<Scope>,
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false, max_length = 500))]
    description: String,
    /// The e-mail address for notices. If it is missing, the notices go to the person who made the account.
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false, max_length = 254))]
    notify: Option<EmailAddress>,
}

/// The request to change a service account. A missing field keeps its value.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct AccountUpdate {
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false, min_length = 1, max_length = 100))]
    label: Option<String>,
    #[cfg_attr(feature = "openapi", schema(value_type = RoleName, required = false))]
    role: Option<Role>,
    /// The widest scope of the account's tokens. If it is null, the scope is limited only by the role.
    #[cfg_attr(
        feature = "openapi",
        schema(
            value_type = Option<String>,
            required = false,
            pattern = r"^[!#-\[\]-~]+( [!#-\[\]-~]+)*$",
            max_length = 1000
        )
    )]
    scope: Option<Option<Scope>>,
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, required = false, max_length = 500))]
    description: Option<Option<String>>,
    /// The new e-mail address for notices. If it is null, the notices go to the person who made the account.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, required = false, max_length = 254))]
    notify: Option<Option<EmailAddress>>,
    /// Whether all tokens of the account are refused.
    #[cfg_attr(feature = "openapi", schema(value_type = bool, required = false))]
    disabled: Option<bool>,
    /// Whether the caller takes the account over, and so becomes the person who made it.
    #[cfg_attr(feature = "openapi", schema(value_type = bool, required = false))]
    adopt: bool,
}

#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "for the document")]
enum RoleName {
    Member,
    Administrator,
    SuperAdministrator,
}

/// A service account.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct ServiceAccountView {
    id: String,
    /// The account as the owner of its tokens: `service-account:` and the id.
    subject: String,
    label: String,
    #[cfg_attr(feature = "openapi", schema(required = true))]
    description: Option<String>,
    /// `member`, `administrator` or `super_administrator`.
    role: &'static str,
    /// The widest scope of the account's tokens. If it is null, the scope is limited only by the role.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    scope: Option<String>,
    /// The subject of the person who made the account or took it over. If it is null, the service itself made the
    /// account.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    made_by: Option<String>,
    /// The e-mail address for notices. If it is null, the notices go to the person who made the account.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    notify: Option<String>,
    disabled: bool,
    created_at: Rfc3339,
}

fn role(fields: &mut Fields) -> Result<Option<Role>, Problem> {
    let Some(name) = fields.optional::<String>("role")? else { return Ok(None) };
    let all = [Role::Collaborator, Role::Member, Role::Administrator, Role::SuperAdministrator];
    let role = all.into_iter().find(|role| role.as_str() == name);
    role.map(Some).ok_or_else(|| Problem::field("role", Invalid::Role.to_string()))
}

fn address(text: &str) -> Result<EmailAddress, Problem> {
    EmailAddress::new(text).map_err(|invalid| Problem::field("notify", Invalid::Notify(invalid).to_string()))
}

fn scope(text: &str) -> Result<Scope, Problem> {
    text.parse().map_err(|invalid: counterfoil::types::InvalidScope| Problem::field("scope", invalid.to_string()))
}

/// Removes a field that may be null from `fields` and parses it. Returns `None` if the field is missing, and
/// `Some(None)` if its value is null.
fn nullable<T>(
    fields: &mut Fields,
    name: &'static str,
    read: impl Fn(&str) -> Result<T, Problem>,
) -> Result<Option<Option<T>>, Problem> {
    let given = fields.optional::<Option<String>>(name)?;
    given.map(|given| given.map(|text| read(&text)).transpose()).transpose()
}

impl Body for NewAccount {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            label: fields.required("label")?,
            role: role(fields)?.ok_or_else(|| Problem::field("role", "role must be given"))?,
            scope: fields.parsed("scope")?,
            description: fields.optional("description")?.unwrap_or_default(),
            notify: fields.optional::<String>("notify")?.as_deref().map(address).transpose()?,
        })
    }
}

impl NewAccount {
    pub(super) fn request(&self) -> NewServiceAccount<'_> {
        NewServiceAccount::new(&self.label, self.role)
            .with_scope(self.scope.clone())
            .with_description(&self.description)
            .with_notify(self.notify.clone())
    }
}

impl Body for AccountUpdate {
    fn take(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            label: fields.optional("label")?,
            role: role(fields)?,
            scope: nullable(fields, "scope", scope)?,
            description: nullable(fields, "description", |text| Ok(text.to_owned()))?,
            notify: nullable(fields, "notify", address)?,
            disabled: fields.optional("disabled")?,
            adopt: fields.optional("adopt")?.unwrap_or_default(),
        })
    }
}

impl From<AccountUpdate> for ServiceAccountUpdate {
    fn from(change: AccountUpdate) -> Self {
        let mut update = Self::default().with_adopt(change.adopt);
        update.label = change.label;
        update.role = change.role;
        update.scope = change.scope;
        update.description = change.description.map(Option::unwrap_or_default);
        update.notify = change.notify;
        update.disabled = change.disabled;
        update
    }
}

impl From<&Shown> for ServiceAccountView {
    fn from(shown: &Shown) -> Self {
        Self {
            id: shown.id.to_string(),
            subject: shown.subject.as_str().to_owned(),
            label: shown.label.clone(),
            description: Some(shown.description.clone()).filter(|text| !text.is_empty()),
            role: shown.role.as_str(),
            scope: shown.scope.as_ref().map(|scope| scope.as_str().to_owned()),
            made_by: shown.made_by.as_ref().map(|subject| subject.as_str().to_owned()),
            notify: shown.notify.as_ref().map(|address| address.as_str().to_owned()),
            disabled: shown.disabled,
            created_at: Rfc3339(shown.created_at),
        }
    }
}

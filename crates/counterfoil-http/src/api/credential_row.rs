//! A credential of the inventory, as JSON and as CSV.

use counterfoil::CredentialView;
use counterfoil::store::Access;
use counterfoil::types::Metadata;
use serde::Serialize;
use serde_json::{Map, Value};

use super::allowed_sources;
use crate::csv::csv_line;
use crate::rfc3339::Rfc3339;

/// A credential of any kind and owner.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(super) struct CredentialRow {
    id: String,
    /// `personal_access_token`, `access_token`, `refresh_token`, `security_code` or `console_session`.
    kind: &'static str,
    /// The owner's subject. Null for a security code, which belongs to the realm.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    owner: Option<String>,
    /// The client through which the sign-in of an access or refresh token was opened. Null for other kinds.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    client: Option<String>,
    /// The label of a personal access token. Null for other kinds.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    label: Option<String>,
    /// The description of a security code or of a personal access token. Null if there is none.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    description: Option<String>,
    /// The status: `active`, `expiring`, `expired` or `suspended`.
    status: &'static str,
    created_at: Rfc3339,
    /// The expiry. Null if the credential is permanent.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    expires_at: Option<Rfc3339>,
    /// The last use. Null if the credential was never used.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    last_used_at: Option<Rfc3339>,
    /// The scope. Null means all rights of the owner.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    scope: Option<String>,
    /// `super_administrator` or `same_as_user` for a security code, and null for other kinds.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    access: Option<&'static str>,
    /// The subject whose rights a security code has, if its `access` is `same_as_user`. Null otherwise.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    user_subject: Option<String>,
    /// The subject that created a security code. Null for other kinds.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    created_by: Option<String>,
    /// The addresses from which the credential can be used. Null means from anywhere. In CSV, the addresses are
    /// separated by spaces.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    allowed_sources: Option<Vec<String>>,
    /// The metadata that the host attached to the credential. Null if there are none. CSV has no such column.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>, required = true))]
    metadata: Option<Map<String, Value>>,
}

impl From<&CredentialView> for CredentialRow {
    fn from(view: &CredentialView) -> Self {
        let (access, user_subject) = match &view.access {
            Some(Access::SameAsUser(subject)) => (Some("same_as_user"), Some(subject.as_str().to_owned())),
            Some(_) => (Some("super_administrator"), None),
            None => (None, None),
        };
        Self {
            id: view.id.to_string(),
            kind: view.kind.as_str(),
            owner: view.owner.as_ref().map(|owner| owner.as_str().to_owned()),
            client: view.client.as_ref().map(|client| client.as_str().to_owned()),
            label: Some(view.label.clone()).filter(|label| !label.is_empty()),
            description: view.description.clone(),
            status: view.status.as_str(),
            created_at: Rfc3339(view.created_at),
            expires_at: view.expires_at.map(Rfc3339),
            last_used_at: view.last_used_at.map(Rfc3339),
            scope: view.scope.as_ref().map(|scope| scope.as_str().to_owned()),
            access,
            user_subject,
            created_by: view.created_by.as_ref().map(|subject| subject.as_str().to_owned()),
            allowed_sources: allowed_sources::texts(view.allowed_sources.as_ref()),
            metadata: view.metadata.as_ref().map(Metadata::get),
        }
    }
}

impl CredentialRow {
    /// The names of the columns of the CSV, which are also the names of the members in JSON. The member `metadata` has
    /// no column: the guard against spreadsheet formulas would change its text.
    pub(super) const COLUMNS: [&str; 15] = [
        "id",
        "kind",
        "owner",
        "client",
        "label",
        "description",
        "status",
        "created_at",
        "expires_at",
        "last_used_at",
        "scope",
        "access",
        "user_subject",
        "created_by",
        "allowed_sources",
    ];

    /// The line of CSV. A cell is empty if its value is null.
    pub(super) fn line(&self) -> String {
        let instant = |at: Option<Rfc3339>| at.map(|at| at.text()).unwrap_or_default();
        let instants = [instant(Some(self.created_at)), instant(self.expires_at), instant(self.last_used_at)];
        let [created_at, expires_at, last_used_at] = &instants;
        let text = |text: &'_ Option<String>| text.clone().unwrap_or_default();
        let texts =
            [&self.owner, &self.client, &self.label, &self.description, &self.scope, &self.user_subject].map(text);
        let [owner, client, label, description, scope, user_subject] = &texts;
        let created_by = self.created_by.as_deref().unwrap_or_default();
        let allowed_sources = self.allowed_sources.as_ref().map(|blocks| blocks.join(" ")).unwrap_or_default();
        let cells: [&str; Self::COLUMNS.len()] = [
            &self.id,
            self.kind,
            owner,
            client,
            label,
            description,
            self.status,
            created_at,
            expires_at,
            last_used_at,
            scope,
            self.access.unwrap_or_default(),
            user_subject,
            created_by,
            &allowed_sources,
        ];
        csv_line(cells)
    }
}

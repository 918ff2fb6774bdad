//! Records as they are shown.

use axum::response::Response;
use counterfoil::store::{Access, Cursor, Page};
use counterfoil::{CredentialView, IssuedCredential};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::location::Location;
use crate::cursor::List;
use crate::problem::Problem;
use crate::query::Query;
use crate::rfc3339::Rfc3339;
use crate::secret_body;

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct PageView<T> {
    /// What is on it, newest first.
    pub(crate) items: Vec<T>,
    /// The `cursor` of the next one; null at the end.
    #[schema(required = true)]
    pub(crate) next: Option<String>,
}

/// A personal access token.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenView {
    id: String,
    label: String,
    created_at: Rfc3339,
    /// Null: permanent.
    #[schema(required = true)]
    expires_at: Option<Rfc3339>,
    /// Null: never.
    #[schema(required = true)]
    last_used_at: Option<Rfc3339>,
    /// `active`, `expiring`, `expired`, `suspended`.
    status: &'static str,
    /// What it may do; null: all that its owner may.
    #[schema(required = true)]
    scope: Option<String>,
}

/// A personal access token just made: the only answer that has its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewTokenView<'a> {
    #[serde(flatten)]
    record: TokenView,
    /// Shown once.
    token: &'a str,
}

/// A security code.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeView {
    id: String,
    #[schema(required = true)]
    description: Option<String>,
    created_at: Rfc3339,
    /// Null: permanent.
    #[schema(required = true)]
    expires_at: Option<Rfc3339>,
    /// Null: never.
    #[schema(required = true)]
    last_used_at: Option<Rfc3339>,
    /// `active`, `expiring`, `expired`, `suspended`.
    status: &'static str,
    /// What it may do; null: all that its access level may.
    #[schema(required = true)]
    scope: Option<String>,
    /// `super_administrator`, `same_as_user`.
    access: &'static str,
    /// The account it acts as, by the name that was sent when it was made, or by its subject where no name was kept; null for a super
    /// administrator's.
    #[schema(required = true)]
    user: Option<String>,
    /// The subject it acts as; null for a super administrator's.
    #[schema(required = true)]
    user_subject: Option<String>,
    /// The subject who made it.
    #[schema(required = true)]
    created_by: Option<String>,
}

/// A security code just made: the only answer that has its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewCodeView<'a> {
    #[serde(flatten)]
    record: CodeView,
    /// Shown once.
    code: &'a str,
}

impl From<&CredentialView> for TokenView {
    fn from(listed: &CredentialView) -> Self {
        Self {
            id: listed.id.to_string(),
            label: listed.label.clone(),
            created_at: Rfc3339(listed.created_at),
            expires_at: listed.expires_at.map(Rfc3339),
            last_used_at: listed.last_used_at.map(Rfc3339),
            status: listed.status.as_str(),
            scope: listed.scope.as_ref().map(|scope| scope.as_str().to_owned()),
        }
    }
}

impl From<&CredentialView> for CodeView {
    fn from(listed: &CredentialView) -> Self {
        let (access, user_subject) = match &listed.access {
            Some(Access::SameAsUser(subject)) => ("same_as_user", Some(subject.as_str().to_owned())),
            _ => ("super_administrator", None),
        };
        Self {
            id: listed.id.to_string(),
            description: listed.description.clone(),
            created_at: Rfc3339(listed.created_at),
            expires_at: listed.expires_at.map(Rfc3339),
            last_used_at: listed.last_used_at.map(Rfc3339),
            status: listed.status.as_str(),
            scope: listed.scope.as_ref().map(|scope| scope.as_str().to_owned()),
            access,
            user: listed.named.clone().or_else(|| user_subject.clone()),
            user_subject,
            created_by: listed.created_by.as_ref().map(|subject| subject.as_str().to_owned()),
        }
    }
}

/// The answer that has a new token's text.
pub(super) fn new_token(location: &Location, issued: &IssuedCredential) -> Response {
    let view = NewTokenView { record: (&issued.listed).into(), token: issued.token.expose_secret() };
    location.created(&issued.listed.id.to_string(), &view)
}

/// The answer that has a new code's text.
pub(super) fn new_code(location: &Location, issued: &IssuedCredential) -> Response {
    let view = NewCodeView { record: (&issued.listed).into(), code: issued.token.expose_secret() };
    location.created(&issued.listed.id.to_string(), &view)
}

/// The cursor of a list of credentials, as the request has it.
pub(super) fn after(query: &Query<'_>, list: List<'_>) -> Result<Option<Cursor>, Problem> {
    list.read(query.one("cursor")?, |key| key.parse().ok())
}

/// A page of credentials as it goes out.
pub(super) fn page<'a, T: From<&'a CredentialView> + Serialize>(
    page: &'a Page<CredentialView>,
    list: List<'_>,
) -> Response {
    let items: Vec<T> = page.items.iter().map(T::from).collect();
    let next = page.next.as_ref().map(|next| list.cursor(&next.to_string()));
    secret_body::json(StatusCode::OK, &PageView { items, next })
}

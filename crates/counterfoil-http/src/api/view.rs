//! Credentials, as they appear in response bodies.

use counterfoil::store::{Access, Cursor, Page};
use counterfoil::{CredentialView, IssuedCredential};
use http::StatusCode;
use serde::Serialize;

use super::allowed_sources;
use super::location::Location;
use crate::body::Response;
use crate::cursor::List;
use crate::problem::Problem;
use crate::query::Query;
use crate::rfc3339::Rfc3339;
use crate::secret_body;

/// A page of a list.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct PageView<T> {
    pub(crate) items: Vec<T>,
    /// The `cursor` of the next page. Null on the last page.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub(crate) next: Option<String>,
}

/// A personal access token, without its text.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct TokenView {
    id: String,
    label: String,
    #[cfg_attr(feature = "openapi", schema(required = true))]
    description: Option<String>,
    created_at: Rfc3339,
    /// The expiry. Null if the token is permanent.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    expires_at: Option<Rfc3339>,
    /// The last use. Null if the token was never used.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    last_used_at: Option<Rfc3339>,
    /// `active`, `expiring`, `expired` or `suspended`.
    status: &'static str,
    /// The token's scope. Null means that the token has all rights of its owner.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    scope: Option<String>,
    /// The addresses from which the token can be used. Null means from anywhere.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    allowed_sources: Option<Vec<String>>,
}

/// A new personal access token.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct NewTokenView<'a> {
    #[serde(flatten)]
    record: TokenView,
    /// The text of the token. Only this response contains it.
    token: &'a str,
}

/// A security code, without its text.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct CodeView {
    id: String,
    #[cfg_attr(feature = "openapi", schema(required = true))]
    description: Option<String>,
    created_at: Rfc3339,
    /// The expiry. Null if the code is permanent.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    expires_at: Option<Rfc3339>,
    /// The last use. Null if the code was never used.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    last_used_at: Option<Rfc3339>,
    /// `active`, `expiring`, `expired` or `suspended`.
    status: &'static str,
    /// The code's scope. Null means that the code has all rights of its access level.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    scope: Option<String>,
    /// The addresses from which the code can be used. Null means from anywhere.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    allowed_sources: Option<Vec<String>>,
    /// `super_administrator` or `same_as_user`.
    access: &'static str,
    /// The account whose rights the code has: the name that was given at the code's creation, or the subject if no name
    /// is stored. Null for the code of a super administrator.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    user: Option<String>,
    /// The subject whose rights the code has. Null for the code of a super administrator.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    user_subject: Option<String>,
    /// The subject that created the code.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    created_by: Option<String>,
}

/// A new security code.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub(crate) struct NewCodeView<'a> {
    #[serde(flatten)]
    record: CodeView,
    /// The text of the code. Only this response contains it.
    code: &'a str,
}

impl From<&CredentialView> for TokenView {
    fn from(listed: &CredentialView) -> Self {
        Self {
            id: listed.id.to_string(),
            label: listed.label.clone(),
            description: listed.description.clone(),
            created_at: Rfc3339(listed.created_at),
            expires_at: listed.expires_at.map(Rfc3339),
            last_used_at: listed.last_used_at.map(Rfc3339),
            status: listed.status.as_str(),
            scope: listed.scope.as_ref().map(|scope| scope.as_str().to_owned()),
            allowed_sources: allowed_sources::texts(listed.allowed_sources.as_ref()),
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
            allowed_sources: allowed_sources::texts(listed.allowed_sources.as_ref()),
            access,
            user: listed.named.clone().or_else(|| user_subject.clone()),
            user_subject,
            created_by: listed.created_by.as_ref().map(|subject| subject.as_str().to_owned()),
        }
    }
}

/// Makes the 201 response for a new personal access token. It contains the text of the token.
pub(super) fn new_token(location: &Location, issued: &IssuedCredential) -> Response {
    let view = NewTokenView { record: (&issued.view).into(), token: issued.token.expose_secret() };
    location.created(&issued.view.id.to_string(), &view)
}

/// Makes the 201 response for a new security code. It contains the text of the code.
pub(super) fn new_code(location: &Location, issued: &IssuedCredential) -> Response {
    let view = NewCodeView { record: (&issued.view).into(), code: issued.token.expose_secret() };
    location.created(&issued.view.id.to_string(), &view)
}

/// Reads the parameter `cursor` of a request for a list of credentials. Returns `None` if the request has no cursor.
pub(super) fn after(query: &Query<'_>, list: List<'_>) -> Result<Option<Cursor>, Problem> {
    list.read(query.one("cursor")?, |key| key.parse().ok())
}

/// Makes the response that contains a page of credentials.
pub(super) fn page<'a, T: From<&'a CredentialView> + Serialize>(
    page: &'a Page<CredentialView>,
    list: List<'_>,
) -> Response {
    let items: Vec<T> = page.items.iter().map(T::from).collect();
    let next = page.next.as_ref().map(|next| list.cursor(&next.to_string()));
    secret_body::json(StatusCode::OK, &PageView { items, next })
}

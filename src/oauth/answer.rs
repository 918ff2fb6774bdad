//! The responses of the OAuth endpoints. Only the body of an [`Answer`] contains tokens.

use std::fmt;

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::oauth::error::OAuthError;
use crate::oauth::json::{Object, Value};
use crate::service::error_answer::UNAVAILABLE_RETRY;
use crate::types::account::Account;
use crate::types::client::{ClientId, Registration};
use crate::types::ids::SubjectId;
use crate::types::kind::TokenKind;
use crate::types::role::Role;
use crate::types::scope::Scope;
use crate::types::secret::Secret;
use crate::types::time::Timestamp;

/// A response that the host sends unchanged: status, headers and a JSON body. The body may contain tokens, so its
/// memory is wiped on drop, and `Debug` does not show it.
///
/// The headers always contain `Cache-Control: no-store`, `Pragma: no-cache` and `Content-Type: application/json` (RFC
/// 6749 §5.1).
pub struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Secret,
}

impl Answer {
    /// The HTTP status of the response.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers, with names in lower case. No header contains a secret.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The body. Write it only to the connection.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.body.expose_secret()
    }

    fn new(status: u16, more: Vec<(&'static str, String)>, object: &Object<'_>) -> Self {
        let always = [("cache-control", "no-store"), ("pragma", "no-cache"), ("content-type", "application/json")];
        let always = always.into_iter().map(|(name, value)| (name, value.to_owned()));
        match object.written() {
            Some(body) => Self { status, headers: always.chain(more).collect(), body },
            None => {
                let headers = always.chain([("retry-after", UNAVAILABLE_RETRY.to_string())]).collect();
                Self { status: 503, headers, body: r#"{"error":"temporarily_unavailable"}"#.to_owned().into() }
            }
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

impl From<OAuthError> for Answer {
    fn from(error: OAuthError) -> Self {
        let description = error.description();
        let object =
            Object::default().with_text("error", error.code().as_str()).with_text("error_description", &description);
        Self::new(error.status(), error.headers(), &object)
    }
}

/// The content of a successful response of the token endpoint.
pub(crate) struct TokenParts<'a> {
    pub(crate) access_token: &'a str,
    pub(crate) refresh_token: Option<&'a str>,
    /// When the access token was issued. A retry returns the same instant.
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The granted scope, if it differs from the requested scope (RFC 6749 §5.1).
    pub(crate) scope: Option<&'a Scope>,
    pub(crate) account: &'a Account,
    pub(crate) client: &'a Registration,
    /// Whether the response also contains the fields that only 12d Synergy's token endpoint has.
    pub(crate) vendor_fields: bool,
}

/// The member names that the endpoint itself uses. If an account has a claim with one of these names, the claim is left
/// out.
const STANDARD: [&str; 13] = [
    "access_token",
    "token_type",
    "expires_in",
    "refresh_token",
    "scope",
    "error",
    "error_description",
    "error_uri",
    "user_name",
    "as:client_id",
    "is_read_only_web_user",
    ".issued",
    ".expires",
];

/// The successful response of the token endpoint. If the response contains the fields of 12d Synergy, the members are
/// in the order of 12d Synergy's documentation (requirement SYN-TOKEN 4).
pub(crate) fn token_answer(parts: &TokenParts<'_>, now: Timestamp) -> Answer {
    let TokenParts { access_token, refresh_token, issued_at, expires_at, scope, account, client, vendor_fields } =
        *parts;
    let (issued, expires) = (gmt(issued_at), gmt(expires_at));
    let is_collaborator = account.role() == Role::Collaborator;
    let mut object = Object::default()
        .with_text("access_token", access_token)
        .with_text("token_type", "bearer")
        // Rounded down, so that a client never assumes a longer lifetime.
        .with("expires_in", Value::Number(expires_at.since(now).as_secs()))
        .with_optional("refresh_token", refresh_token.map(Value::Text))
        .with_optional("scope", scope.map(|scope| Value::Text(scope.as_str())));
    // These fields describe a user, and a service account is not a user.
    let names_user = vendor_fields && !account.is_service_account();
    if names_user {
        object = object.with_text("user_name", account.name());
        if !account.claims().any(|(name, _)| name == "user_id") {
            object = object.with_text("user_id", account.subject().as_str());
        }
    }
    for (name, value) in account.claims().filter(|(name, _)| !STANDARD.contains(name)) {
        object = object.with_text(name, value);
    }
    if vendor_fields {
        object = object.with_text("as:client_id", &client.display_name);
        if names_user {
            object = object.with_text("is_read_only_web_user", if is_collaborator { "true" } else { "false" });
        }
        object = object.with_text(".issued", &issued).with_text(".expires", &expires);
    }
    Answer::new(200, Vec::new(), &object)
}

/// The introspection response for an active token (RFC 7662 §2.2).
pub(crate) struct Active<'a> {
    pub(crate) kind: TokenKind,
    pub(crate) scope: Option<&'a Scope>,
    pub(crate) client_id: Option<&'a ClientId>,
    pub(crate) username: &'a str,
    pub(crate) subject: &'a SubjectId,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) role: Role,
    pub(crate) actor: Option<&'a SubjectId>,
}

/// The response of the introspection endpoint. If `active` is `None`, the body is exactly `{"active":false}`.
pub(crate) fn introspection_answer(active: Option<&Active<'_>>) -> Answer {
    let mut object = Object::default().with("active", Value::Bool(active.is_some()));
    if let Some(active) = active {
        object = object
            .with_optional("scope", active.scope.map(|scope| Value::Text(scope.as_str())))
            .with_optional("client_id", active.client_id.map(|id| Value::Text(id.as_str())))
            .with_text("username", active.username)
            // A refresh token has no `token_type`, because it is not used at a resource server.
            .with_optional("token_type", (active.kind != TokenKind::RefreshToken).then_some(Value::Text("bearer")))
            .with_optional("exp", active.expires_at.map(|at| Value::Number(at.seconds())))
            .with("iat", Value::Number(active.issued_at.seconds()))
            .with_text("sub", active.subject.as_str())
            .with_text("kind", active.kind.as_str())
            .with_text("role", active.role.as_str())
            .with_optional("act", active.actor.map(|actor| Value::Subject(actor.as_str())));
    }
    Answer::new(200, Vec::new(), &object)
}

/// A response without content. Its body is an empty object, because the header declares JSON.
pub(crate) fn empty_answer(status: u16) -> Answer {
    Answer::new(status, Vec::new(), &Object::default())
}

const RFC_1123: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// The instant in the format of RFC 1123, in GMT, rounded down to the second.
fn gmt(at: Timestamp) -> String {
    // Formatting cannot fail: the year of a `Timestamp` has four digits, and the format needs only a date and a time.
    OffsetDateTime::from(at).format(RFC_1123).unwrap_or_default()
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;

//! Problems (RFC 9457): what the routers answer where something is wrong. Fixed texts; nothing of the request is in them but a field's name.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use counterfoil::http_auth::Gate;
use counterfoil::oauth::UNAVAILABLE_RETRY;
use counterfoil::types::seconds_up;
use counterfoil::{Conflict, Forbidden, Invalid, ManageError, Realm, Timestamp};
use counterfoil_tower::{ProblemKind, Rejection, Why};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

/// A kind of problem.
pub(crate) type Kind = &'static ProblemKind;

pub(crate) const INVALID_HOST: Kind = &ProblemKind::INVALID_HOST;
pub(crate) const INSUFFICIENT_SCOPE: Kind = &ProblemKind::INSUFFICIENT_SCOPE;
pub(crate) const CREDENTIAL_KIND: Kind =
    &ProblemKind::new("credential-kind", StatusCode::FORBIDDEN, "a credential of this kind cannot do this");
pub(crate) const ROLE: Kind = &ProblemKind::new("role", StatusCode::FORBIDDEN, "the role is too low");
pub(crate) const PROFILE_MANAGEMENT: Kind =
    &ProblemKind::new("profile-management", StatusCode::FORBIDDEN, "the right to manage user profiles is missing");
pub(crate) const NO_PERSON: Kind = &ProblemKind::new("no-person", StatusCode::FORBIDDEN, "a person must do this");
pub(crate) const STALE_SESSION: Kind =
    &ProblemKind::new("stale-session", StatusCode::FORBIDDEN, "the session's password must be proved again");
pub(crate) const OUTRANKED: Kind =
    &ProblemKind::new("outranked", StatusCode::FORBIDDEN, "the credential may do more than the one presented");
pub(crate) const COLLABORATOR: Kind =
    &ProblemKind::new("collaborator", StatusCode::FORBIDDEN, "a collaborator cannot create personal access tokens");
pub(crate) const GATE_SETTING: Kind =
    &ProblemKind::new(Gate::Setting.as_str(), StatusCode::FORBIDDEN, "personal access tokens are switched off");
pub(crate) const GATE_SWITCH: Kind =
    &ProblemKind::new(Gate::Switch.as_str(), StatusCode::FORBIDDEN, "token login is not allowed for this account");
pub(crate) const NOT_FOUND: Kind = &ProblemKind::new("not-found", StatusCode::NOT_FOUND, "not found");
pub(crate) const METHOD: Kind =
    &ProblemKind::new("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "the method is not allowed here");
pub(crate) const NOT_JSON: Kind = &ProblemKind::new("not-json", StatusCode::BAD_REQUEST, "the body is not JSON");
pub(crate) const TOO_MANY: Kind =
    &ProblemKind::new("too-many-fields", StatusCode::BAD_REQUEST, "the body has over 64 fields");
pub(crate) const MEDIA: Kind =
    &ProblemKind::new("media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be application/json");
pub(crate) const TOO_LARGE: Kind =
    &ProblemKind::new("too-large", StatusCode::PAYLOAD_TOO_LARGE, "the body is over 64 KiB");
pub(crate) const TOO_SLOW: Kind =
    &ProblemKind::new("too-slow", StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time");
pub(crate) const INVALID_FIELD: Kind =
    &ProblemKind::new("invalid-field", StatusCode::UNPROCESSABLE_ENTITY, "a field breaks a rule");
pub(crate) const LABEL_TAKEN: Kind = &ProblemKind::new("label-taken", StatusCode::CONFLICT, "the label is taken");
pub(crate) const CLIENT_ID_TAKEN: Kind =
    &ProblemKind::new("client-id-taken", StatusCode::CONFLICT, "the client id is taken");
pub(crate) const QUOTA: Kind = &ProblemKind::new("quota-reached", StatusCode::CONFLICT, "the quota is reached");
pub(crate) const CHANGED: Kind =
    &ProblemKind::new("changed-meanwhile", StatusCode::CONFLICT, "changed by somebody else meanwhile");
pub(crate) const EXPIRED: Kind = &ProblemKind::new("expired", StatusCode::CONFLICT, "expired: reactivate first");
pub(crate) const NOT_EXPIRED: Kind = &ProblemKind::new("not-expired", StatusCode::CONFLICT, "not expired");
pub(crate) const REPLACED: Kind = &ProblemKind::new("replaced", StatusCode::CONFLICT, "replaced already");
pub(crate) const CONFLICT: Kind = &ProblemKind::new("conflict", StatusCode::CONFLICT, "its state does not allow this");
pub(crate) const FORBIDDEN: Kind = &ProblemKind::new("forbidden", StatusCode::FORBIDDEN, "not allowed");
pub(crate) const NOT_APPLICABLE: Kind = &ProblemKind::new(
    "not-applicable",
    StatusCode::CONFLICT,
    "the policy does not ask this gate: changing it would change nothing",
);
pub(crate) const OTHER_REALM: Kind =
    &ProblemKind::new("realm", StatusCode::FORBIDDEN, "the credential is of another realm");
pub(crate) const SLOW_DOWN: Kind =
    &ProblemKind::new("slow-down", StatusCode::TOO_MANY_REQUESTS, "too many were made: wait, and try again");
pub(crate) const UNAVAILABLE: Kind = &ProblemKind::UNAVAILABLE;

/// A problem on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    kind: Kind,
    detail: Option<String>,
    field: Option<Cow<'static, str>>,
    challenge: Option<Box<HeaderValue>>,
    retry_after: Option<u64>,
}

/// A problem as it is written (RFC 9457 §3.1).
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Problem))]
pub(crate) struct Written<'a> {
    /// What happened, stable: `urn:counterfoil:problem:` and a name.
    #[serde(rename = "type")]
    kind: String,
    /// The same in words.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// More about this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    /// The field at fault, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

impl Problem {
    pub(crate) const fn new(kind: Kind) -> Self {
        Self { kind, detail: None, field: None, challenge: None, retry_after: None }
    }

    /// A field that breaks a rule.
    pub(crate) fn field(field: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self { field: Some(field.into()), detail: Some(detail.into()), ..Self::new(INVALID_FIELD) }
    }

    /// The same where no field can be named.
    pub(crate) fn unnamed(detail: &str) -> Self {
        Self { detail: Some(detail.to_owned()), ..Self::new(INVALID_FIELD) }
    }

    /// The fault of a field or parameter whose name the caller wrote: it is said back only where it looks like a name, and cannot be anything
    /// else.
    pub(crate) fn said_back(name: &str, detail: &'static str) -> Self {
        let is_name =
            (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name { Self::field(name.to_owned(), detail) } else { Self::unnamed(detail) }
    }

    /// The problem for an operation's error.
    pub(crate) fn of(error: ManageError, realm: &Realm, now: Timestamp) -> Self {
        match error {
            ManageError::SlowDown { until } => {
                let seconds = seconds_up(until.since(now)).max(1);
                Self { retry_after: Some(seconds), ..Self::new(SLOW_DOWN) }
            }
            ManageError::Forbidden(forbidden) => Self::forbidden(forbidden, realm),
            ManageError::NotFound => Self::new(NOT_FOUND),
            ManageError::Invalid(invalid) => invalid.into(),
            ManageError::Conflict(conflict) => conflict.into(),
            ManageError::Unavailable(reason) => {
                tracing::warn!(target: "counterfoil", reason = &reason as &dyn std::error::Error, "unavailable");
                Self::new(UNAVAILABLE)
            }
        }
    }

    fn forbidden(forbidden: Forbidden, realm: &Realm) -> Self {
        let kind = match forbidden {
            Forbidden::CredentialKind => CREDENTIAL_KIND,
            Forbidden::Scope { .. } => INSUFFICIENT_SCOPE,
            Forbidden::Role { .. } => ROLE,
            Forbidden::ProfileManagement => PROFILE_MANAGEMENT,
            Forbidden::NoPerson => NO_PERSON,
            Forbidden::Gate { gate: Gate::Setting } => GATE_SETTING,
            Forbidden::Gate { gate: Gate::Switch } => GATE_SWITCH,
            Forbidden::Outranked => OUTRANKED,
            Forbidden::Collaborator => COLLABORATOR,
            Forbidden::StaleSession => STALE_SESSION,
            Forbidden::Realm => OTHER_REALM,
            _ => FORBIDDEN,
        };
        let challenge = match forbidden {
            Forbidden::Scope { scope } => Rejection::new(Why::InsufficientScope(scope), realm).challenge(),
            _ => None,
        };
        Self { detail: Some(forbidden.to_string()), challenge: challenge.map(Box::new), ..Self::new(kind) }
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// The end of its `type`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.kind.name()
    }

    pub(crate) fn json(&self) -> String {
        let written = Written {
            kind: self.kind.uri(),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: self.detail.as_deref(),
            field: self.field.as_deref(),
        };
        // Texts and a number have a JSON form.
        serde_json::to_string(&written).unwrap_or_default()
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::field(invalid.field(), invalid.to_string())
    }
}

impl From<Conflict> for Problem {
    fn from(conflict: Conflict) -> Self {
        let (kind, field) = match conflict {
            Conflict::LabelTaken => (LABEL_TAKEN, Some("label")),
            Conflict::ClientIdTaken => (CLIENT_ID_TAKEN, Some("id")),
            Conflict::QuotaReached => (QUOTA, None),
            Conflict::ChangedMeanwhile => (CHANGED, None),
            Conflict::Expired => (EXPIRED, None),
            Conflict::NotExpired => (NOT_EXPIRED, None),
            Conflict::Replaced => (REPLACED, None),
            Conflict::NotApplicable { gate: Gate::Switch } => (NOT_APPLICABLE, Some("token_login_allowed")),
            Conflict::NotApplicable { .. } => (NOT_APPLICABLE, Some("personal_access_tokens_enabled")),
            _ => (CONFLICT, None),
        };
        Self { field: field.map(Cow::Borrowed), ..Self::new(kind) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.json()));
        *response.status_mut() = self.status();
        let outage = (self.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(UNAVAILABLE_RETRY);
        let retry_after = self.retry_after.or(outage);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, ProblemKind::MEDIA_TYPE);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, *challenge);
        }
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

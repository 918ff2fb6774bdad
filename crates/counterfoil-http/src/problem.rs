//! Problems (RFC 9457): the error responses of the API. Their texts are fixed. A problem repeats nothing from a request
//! except the name of a field.

use std::borrow::Cow;

use counterfoil::oauth::UNAVAILABLE_RETRY;
use counterfoil::{Invalid, ManageError, Realm, Timestamp, Unavailable};
use counterfoil_tower::ProblemKind;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::body::{Body, Response};

pub(crate) const METHOD: ProblemKind =
    ProblemKind::new("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "the method is not allowed here");
pub(crate) const NOT_JSON: ProblemKind = ProblemKind::new("not-json", StatusCode::BAD_REQUEST, "the body is not JSON");
pub(crate) const TOO_MANY: ProblemKind =
    ProblemKind::new("too-many-fields", StatusCode::BAD_REQUEST, "the body has over 64 fields");
pub(crate) const MEDIA: ProblemKind =
    ProblemKind::new("media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be application/json");
pub(crate) const TOO_LARGE: ProblemKind =
    ProblemKind::new("too-large", StatusCode::PAYLOAD_TOO_LARGE, "the body is over 64 KiB");
pub(crate) const TOO_SLOW: ProblemKind =
    ProblemKind::new("too-slow", StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time");
/// The kind of problem for a field that cannot be parsed. `counterfoil` uses the same kind for a field that breaks a
/// rule.
const INVALID_FIELD: ProblemKind =
    ProblemKind::new("invalid-field", StatusCode::UNPROCESSABLE_ENTITY, "a field breaks a rule");

/// A problem as a response. A host can use it to answer in the API's format.
///
/// ```
/// use counterfoil_http::{Problem, ProblemKind};
/// use http::StatusCode;
///
/// let problem = Problem::new(ProblemKind::new("closed", StatusCode::FORBIDDEN, "the service is closed today"));
/// let response = problem.to_response();
/// assert_eq!((response.status().as_u16(), &response.headers()["content-type"]), (403, &ProblemKind::MEDIA_TYPE));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    kind: ProblemKind,
    detail: Option<String>,
    field: Option<Cow<'static, str>>,
    challenge: Option<Box<HeaderValue>>,
    retry_after: Option<u64>,
}

/// A problem in its JSON form (RFC 9457 §3.1).
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Problem))]
pub(crate) struct Written<'a> {
    /// A stable identifier of the kind of problem: `urn:counterfoil:problem:`, followed by a name.
    #[serde(rename = "type")]
    kind: String,
    /// A fixed text for the kind of problem.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// More information about this occurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    /// The name of the field that has the error, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

impl Problem {
    /// Makes a problem of this kind.
    #[must_use]
    pub const fn new(kind: ProblemKind) -> Self {
        Self { kind, detail: None, field: None, challenge: None, retry_after: None }
    }

    /// Makes a problem for a field that breaks a rule.
    pub(crate) fn field(field: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self { field: Some(field.into()), detail: Some(detail.into()), ..Self::new(INVALID_FIELD) }
    }

    /// Makes a problem for an invalid body if no field can be named.
    pub(crate) fn unnamed(detail: &str) -> Self {
        Self { detail: Some(detail.to_owned()), ..Self::new(INVALID_FIELD) }
    }

    /// Makes a problem for a field or parameter whose name the caller chose. The problem contains this name only if the
    /// name consists of 1 to 64 letters, digits and underscores. No other text of a request is repeated.
    pub(crate) fn said_back(name: &str, detail: &'static str) -> Self {
        let is_name =
            (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name { Self::field(name.to_owned(), detail) } else { Self::unnamed(detail) }
    }

    /// Returns the problem for a part of the service that is unavailable: 503 with `Retry-After: 2`.
    #[must_use]
    pub fn unavailable() -> Self {
        Self { retry_after: Some(UNAVAILABLE_RETRY), ..Self::new(ProblemKind::UNAVAILABLE) }
    }

    /// Returns the problem for a resource that does not exist, or that the caller may not see: 404.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ProblemKind::of_error(&ManageError::NotFound))
    }

    /// Returns the problem for a method that the path does not support: 405. The host adds the `Allow` header.
    #[must_use]
    pub const fn method_not_allowed() -> Self {
        Self::new(METHOD)
    }

    /// Converts an operation's error to a problem.
    pub(crate) fn of(error: &ManageError, realm: &Realm, now: Timestamp) -> Self {
        if let ManageError::Unavailable(reason) = error {
            tracing::warn!(target: "counterfoil", reason = reason as &dyn std::error::Error, "unavailable");
        }
        let detail = match error {
            ManageError::Forbidden(forbidden) => Some(forbidden.to_string()),
            ManageError::Invalid(invalid) => Some(invalid.to_string()),
            // The text of this error does not contain the cause of the error, so the caller may see the text.
            ManageError::Unavailable(partly @ Unavailable::PartlyDone(_)) => Some(partly.to_string()),
            _ => None,
        };
        // The conversion cannot fail, because the challenge consists of visible ASCII characters and spaces.
        let challenge = error.www_authenticate(realm).and_then(|text| HeaderValue::try_from(text).ok());
        Self {
            kind: ProblemKind::of_error(error),
            detail,
            field: error.field().map(Cow::Borrowed),
            challenge: challenge.map(Box::new),
            retry_after: error.retry_after(now),
        }
    }

    /// Returns the HTTP status of the response.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// Returns the name at the end of the problem's `type`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// Makes the response: the status, the JSON body, and the headers for this problem.
    #[must_use]
    pub fn to_response(&self) -> http::Response<Body> {
        let mut response = Response::new(Body::from(self.json()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, ProblemKind::MEDIA_TYPE);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = &self.challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::clone(challenge));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    pub(crate) fn json(&self) -> String {
        let written = Written {
            kind: self.kind.uri(),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: self.detail.as_deref(),
            field: self.field.as_deref(),
        };
        // This cannot fail, because the value contains only texts and a number.
        serde_json::to_string(&written).unwrap_or_default()
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::field(invalid.field(), invalid.to_string())
    }
}

#[cfg(feature = "axum")]
impl axum_core::response::IntoResponse for Problem {
    fn into_response(self) -> axum_core::response::Response {
        self.to_response().map(axum_core::body::Body::new)
    }
}

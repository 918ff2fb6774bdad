//! Kinds of problems (RFC 9457).

use counterfoil::{Challenge, ManageError};
use http::{HeaderValue, StatusCode};

/// The prefix of the `type` of every problem.
const PREFIX: &str = "urn:counterfoil:problem:";

/// A kind of problem (RFC 9457). It consists of a name, a status and a title, which are the same in all problems of
/// this kind. The name is the end of the problem's `type`.
///
/// ```
/// use counterfoil_tower::ProblemKind;
///
/// let kind = ProblemKind::CSRF_TOKEN;
/// assert_eq!((kind.name(), kind.status().as_u16()), ("csrf-token", 403));
/// assert_eq!(kind.uri(), "urn:counterfoil:problem:csrf-token");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProblemKind {
    name: &'static str,
    status: StatusCode,
    title: &'static str,
}

impl ProblemKind {
    /// The media type of a problem.
    pub const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

    /// The request does not name exactly one valid host: 400.
    pub const INVALID_HOST: Self =
        Self::new("invalid-host", StatusCode::BAD_REQUEST, "the request must name one host, and a valid one");
    /// The request has no valid CSRF token, or another site caused it: 403.
    pub const CSRF_TOKEN: Self = Self::new(
        "csrf-token",
        StatusCode::FORBIDDEN,
        "the session's token is missing or wrong, or another site sent this",
    );
    /// A part of the service is unavailable: 503.
    pub const UNAVAILABLE: Self =
        Self::new("unavailable", StatusCode::SERVICE_UNAVAILABLE, "the service is unavailable: try again later");
    /// The authentication layer is missing: 500.
    pub const LAYER_MISSING: Self = Self::new(
        "layer-missing",
        StatusCode::INTERNAL_SERVER_ERROR,
        "the service is not set up to authenticate requests",
    );

    /// Makes a new kind. The name and the title must not contain characters that JSON must escape.
    #[must_use]
    pub const fn new(name: &'static str, status: StatusCode, title: &'static str) -> Self {
        Self { name, status, title }
    }

    /// Returns the kind of the problem that describes this challenge.
    #[must_use]
    pub fn of(challenge: &Challenge) -> Self {
        Self::of_parts(challenge.status(), challenge.name(), challenge.title())
    }

    /// Returns the kind for an error of a management operation.
    #[must_use]
    pub fn of_error(error: &ManageError) -> Self {
        Self::of_parts(error.status(), error.name(), error.title())
    }

    fn of_parts(status: u16, name: &'static str, title: &'static str) -> Self {
        // The fallback is never used, because the core uses only valid status codes.
        Self::new(name, StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), title)
    }

    /// The name at the end of the `type`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The HTTP status of a response with a problem of this kind.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The title of problems of this kind.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.title
    }

    /// The `type` of problems of this kind.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }

    /// Returns the problem as JSON (RFC 9457 §3.1).
    pub(crate) fn json(&self) -> String {
        let (uri, title, status) = (self.uri(), self.title, self.status.as_u16());
        format!("{{\"type\":\"{uri}\",\"title\":\"{title}\",\"status\":{status}}}")
    }
}

#[cfg(test)]
mod tests {
    use counterfoil::{Denied, Realm, Unavailable};

    use super::*;

    #[test]
    fn host_2_an_outage_is_of_one_kind_with_and_without_a_challenge() {
        let outage = Denied::Unavailable(Unavailable::Clock);
        assert_eq!(ProblemKind::of(&Challenge::denied(outage, &Realm::default())), ProblemKind::UNAVAILABLE);
        assert_eq!(ProblemKind::of_error(&ManageError::Unavailable(Unavailable::Clock)), ProblemKind::UNAVAILABLE);
    }

    #[test]
    fn a_problem_is_json_with_its_type_title_and_status() {
        for kind in
            [ProblemKind::INVALID_HOST, ProblemKind::CSRF_TOKEN, ProblemKind::UNAVAILABLE, ProblemKind::LAYER_MISSING]
        {
            let written: serde_json::Value = serde_json::from_str(&kind.json()).expect("JSON");
            let expected =
                serde_json::json!({ "type": kind.uri(), "title": kind.title(), "status": kind.status().as_u16() });
            assert_eq!(written, expected);
        }
    }
}

//! Errors of the OAuth endpoints (RFC 6749 §5.2). An error contains a code and a fixed text for the caller, and the
//! actual reason for the host.

use std::borrow::Cow;

use crate::http_auth::quoted::realm_parameter;
use crate::http_auth::refusal::Refusal;
use crate::oauth::description::description;
use crate::oauth::form::FormFault;
use crate::service::client_auth::ClientRefusal;
use crate::service::error::Unavailable;
use crate::service::error_answer::{BUSY_RETRY, UNAVAILABLE_RETRY, wait};
use crate::store::throttle::ThrottleKey;
use crate::types::realm::Realm;
use crate::types::scope::InvalidScope;
use crate::types::time::Timestamp;

/// The error code that the caller gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OAuthErrorCode {
    /// The request is malformed. The status is 400. It is 413 for a form that is too large, 408 for a form that arrives
    /// too slowly, and 405 for a method other than POST.
    InvalidRequest,
    /// The client authentication failed. The status is 401 with a challenge. If the client is named only in the
    /// request's body, the status is 400 without a challenge instead.
    InvalidClient,
    /// The status is 400. The user name, the password or the refresh token is not valid, the owner already has as many
    /// sign-ins as the policy allows, or the client's service account may not act.
    InvalidGrant,
    /// The status is 400. The client is not allowed to use this grant.
    UnauthorizedClient,
    /// The status is 400. The grant type is unknown. Or it is `password`, and the host has no
    /// [`Logins`](crate::directory::Logins).
    UnsupportedGrantType,
    /// The scope is malformed, or it is not allowed for the client, or it is missing although the policy requires one.
    /// The status is 400.
    InvalidScope,
    /// The caller must wait. The status is 429 with `Retry-After`.
    SlowDown,
    /// The host's own infrastructure failed. The status is 503.
    TemporarilyUnavailable,
}

impl OAuthErrorCode {
    /// The value of `error` in the response.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::SlowDown => "slow_down",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }

    const fn status(self) -> u16 {
        match self {
            Self::InvalidClient => 401,
            Self::SlowDown => 429,
            Self::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }
}

/// The actual reason of an error, for the host only.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The form is invalid.
    #[error(transparent)]
    Form(FormFault),
    /// The method is not POST.
    #[error("method is not POST")]
    Method,
    /// A parameter is missing.
    #[error("parameter {name} is missing")]
    Missing {
        /// The parameter's name.
        name: &'static str,
    },
    /// A parameter has an invalid value.
    #[error("parameter {name} has a wrong value")]
    Value {
        /// The parameter's name.
        name: &'static str,
    },
    /// The client authentication failed.
    #[error(transparent)]
    Client(ClientRefusal),
    /// The directory refused the user name and password.
    #[error("login was refused")]
    Login,
    /// The token was refused.
    #[error(transparent)]
    Token(Refusal),
    /// The token belongs to another client.
    #[error("token belongs to another client")]
    ForeignClient,
    /// The client's service account does not exist or may not act: it is disabled, or its maker is disabled or missing.
    #[error("the client's service account may not act")]
    ServiceAccount,
    /// The owner already has as many live sign-ins as the policy allows.
    #[error("quota is reached")]
    QuotaReached,
    /// The grant type is not supported.
    #[error("grant type is not supported")]
    GrantUnknown,
    /// The grant type is `password`, and the host has no logins.
    #[error("password grant needs logins, and the host has none: give them to the builder")]
    NoLogins,
    /// The grant type is not in the client's registration.
    #[error("grant type is not in the client's registration")]
    GrantNotRegistered,
    /// The scope has invalid syntax.
    #[error(transparent)]
    Scope(InvalidScope),
    /// The requested scope exceeds the scope that the client may have, or the scope of the refresh token.
    #[error("scope is beyond what may be had")]
    ScopeBeyond,
    /// The policy requires a scope. None was requested, and neither the client nor the refresh token has one.
    #[error("scope is missing")]
    ScopeDemanded,
    /// There were too many failures, so the caller must wait.
    #[error("too many failures")]
    Throttled {
        /// The instant from which attempts are allowed again.
        until: Timestamp,
    },
    /// The request was refused only because other attempts are in progress.
    #[error("too many attempts at once")]
    Busy {
        /// The key to pass to [`Counterfoil::line_up`](crate::Counterfoil::line_up).
        key: ThrottleKey,
    },
    /// A part of the host's infrastructure failed.
    #[error(transparent)]
    Unavailable(Unavailable),
}

/// An error of an OAuth endpoint. It converts to an [`Answer`](crate::oauth::Answer), which does not contain the actual
/// reason.
#[derive(Debug, thiserror::Error)]
#[error("{}", .code.as_str())]
pub struct OAuthError {
    code: OAuthErrorCode,
    status: u16,
    retry_after: Option<u64>,
    challenge: Option<Realm>,
    #[source]
    reason: Option<Reason>,
}

impl OAuthError {
    /// An error with that code and without a challenge. [`OAuthError::of_client`] creates the errors of a failed client
    /// authentication.
    pub(crate) fn new(code: OAuthErrorCode, reason: impl Into<Option<Reason>>) -> Self {
        let retry_after = (code == OAuthErrorCode::TemporarilyUnavailable).then_some(UNAVAILABLE_RETRY);
        Self { code, status: code.status(), retry_after, challenge: None, reason: reason.into() }
    }

    /// The error for a missing parameter.
    pub(crate) fn missing(name: &'static str) -> Self {
        Self::new(OAuthErrorCode::InvalidRequest, Reason::Missing { name })
    }

    /// The error for a parameter with an invalid value.
    pub(crate) fn value(name: &'static str) -> Self {
        Self::new(OAuthErrorCode::InvalidRequest, Reason::Value { name })
    }

    /// The error for a method other than POST: 405 with `Allow`.
    #[must_use]
    pub fn method() -> Self {
        Self { status: 405, ..Self::new(OAuthErrorCode::InvalidRequest, Reason::Method) }
    }

    /// The error for a failed client authentication.
    pub(crate) fn of_client(refusal: ClientRefusal, realm: &Realm, now: Timestamp) -> Self {
        match refusal {
            ClientRefusal::InvalidRequest { .. } => Self::new(OAuthErrorCode::InvalidRequest, Reason::Client(refusal)),
            ClientRefusal::InvalidClient { by_form: true, .. } => {
                Self { status: 400, ..Self::new(OAuthErrorCode::InvalidClient, Reason::Client(refusal)) }
            }
            ClientRefusal::InvalidClient { by_form: false, .. } => Self {
                challenge: Some(realm.clone()),
                ..Self::new(OAuthErrorCode::InvalidClient, Reason::Client(refusal))
            },
            ClientRefusal::SlowDown { until } => Self::slow_down(until, now),
            ClientRefusal::Busy { key } => Self::busy(key),
        }
    }

    /// The error for a caller that must wait until that instant.
    pub(crate) fn slow_down(until: Timestamp, now: Timestamp) -> Self {
        let seconds = wait(until, now);
        Self { retry_after: Some(seconds), ..Self::new(OAuthErrorCode::SlowDown, Reason::Throttled { until }) }
    }

    /// The error for a request that is refused only because other attempts are in progress. The caller must wait one
    /// second.
    pub(crate) fn busy(key: ThrottleKey) -> Self {
        Self { retry_after: Some(BUSY_RETRY), ..Self::new(OAuthErrorCode::SlowDown, Reason::Busy { key }) }
    }

    /// The key for [`Counterfoil::line_up`](crate::Counterfoil::line_up), if the request was refused only because other
    /// attempts are in progress. `None` for any other error.
    #[must_use]
    pub fn waits_for(&self) -> Option<&ThrottleKey> {
        match &self.reason {
            Some(Reason::Busy { key }) => Some(key),
            _ => None,
        }
    }

    /// The code for the caller.
    #[must_use]
    pub fn code(&self) -> OAuthErrorCode {
        self.code
    }

    /// The HTTP status of the response.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The `error_description`: a fixed text for the cause. It names the invalid parameter, if there is one, and
    /// contains no text of the request.
    #[must_use]
    pub fn description(&self) -> Cow<'static, str> {
        description(self.code, self.reason.as_ref())
    }

    /// The number of seconds to wait, for `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// The actual reason, for the host only. Never send it to the caller.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        self.reason.as_ref()
    }

    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        headers.extend(self.retry_after.map(|seconds| ("retry-after", seconds.to_string())));
        headers.extend(self.challenge.as_ref().map(|realm| ("www-authenticate", challenge(realm))));
        headers.extend((self.status == 405).then(|| ("allow", "POST".to_owned())));
        headers
    }
}

/// The value of `WWW-Authenticate` for this realm (RFC 7617 §2).
fn challenge(realm: &Realm) -> String {
    format!("Basic {}", realm_parameter(realm))
}

impl From<FormFault> for OAuthError {
    fn from(fault: FormFault) -> Self {
        let status = match fault {
            FormFault::TooLarge => 413,
            FormFault::TooSlow => 408,
            _ => 400,
        };
        Self { status, ..Self::new(OAuthErrorCode::InvalidRequest, Reason::Form(fault)) }
    }
}

impl<E: Into<Unavailable>> From<E> for OAuthError {
    fn from(error: E) -> Self {
        Self::new(OAuthErrorCode::TemporarilyUnavailable, Reason::Unavailable(error.into()))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn syn_token_12_whoever_must_wait_is_told_whole_seconds_rounded_up() {
        let until = Timestamp::EPOCH.plus_capped(Duration::from_micros(1_000_001));
        let error = OAuthError::slow_down(until, Timestamp::EPOCH);
        assert_eq!((error.status(), error.retry_after()), (429, Some(2)));
        assert_eq!(OAuthError::slow_down(Timestamp::EPOCH, Timestamp::EPOCH).retry_after(), Some(1), "never zero");
    }

    #[test]
    fn fault_c8_an_outage_says_when_to_come_back() {
        let error = OAuthError::from(Unavailable::Clock);
        assert_eq!((error.status(), error.headers()), (503, vec![("retry-after", "2".to_owned())]));
    }

    #[test]
    fn t13_too_large_is_413_and_another_method_405() {
        assert_eq!(OAuthError::from(FormFault::TooLarge).status(), 413);
        assert_eq!(OAuthError::from(FormFault::Repeated { name: None }).status(), 400);
        assert_eq!(OAuthError::from(FormFault::TooSlow).status(), 408);
        assert_eq!(OAuthError::method().headers(), [("allow", "POST".to_owned())]);
    }
}

//! The response to the caller for each error: status, name, title, field and headers. All HTTP layers use this module,
//! so every framework gives the same responses.

use crate::http_auth::refusal::Gate;
use crate::service::challenge::Challenge;
use crate::service::error::{Conflict, Forbidden, ManageError, Unavailable};
use crate::service::login::LoginError;
use crate::types::duration::seconds_up;
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

/// The `Retry-After` of every 503, in seconds. This time is long enough for the connection to a store to recover, and
/// short enough for a client to wait.
pub const UNAVAILABLE_RETRY: u64 = 2;

/// The `Retry-After` of a login that is refused only because other attempts are in progress, in seconds.
pub(crate) const BUSY_RETRY: u64 = 1;

/// An HTTP status, a stable name and a title. The name and the title need no escaping in JSON or in a header.
pub(crate) type AnswerParts = (u16, &'static str, &'static str);

pub(crate) const UNAVAILABLE: AnswerParts = (503, "unavailable", "the service is unavailable: try again later");
/// The status, name and title for an operation that the host does not offer, for example the search for users if the
/// host has set no search.
const NOT_OFFERED: AnswerParts = (501, "not-offered", "this service does not offer the operation");
pub(crate) const INSUFFICIENT_SCOPE: AnswerParts = (403, "insufficient-scope", "a scope is missing");

/// The number of seconds from `now` to `until`, rounded up, at least one.
pub(crate) fn wait(until: Timestamp, now: Timestamp) -> u64 {
    seconds_up(until.since(now)).max(1)
}

impl ManageError {
    /// The HTTP status: 403, 404, 409, 422, 429, 501 or 503.
    ///
    /// ```
    #[doc = include_str!("../example.in")]
    /// let days = NewPersonalAccessToken::new("reports", Lifetime::Days(0));
    /// let error = counterfoil.create_personal_access_token(&ivan, &days).await.expect_err("no day at all");
    /// assert_eq!((error.status(), error.name()), (422, "invalid-field"));
    /// assert_eq!(error.field(), Some("expires_in_days"));
    /// # Ok(()) }) }
    /// ```
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.answer_parts().0
    }

    /// A stable name for programs, such as `label-taken`. It is in lower case, with a hyphen between words.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.answer_parts().1
    }

    /// A short English title without details. The `Display` text of a [`Forbidden`] or an [`Invalid`](crate::Invalid)
    /// has more details.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.answer_parts().2
    }

    /// The field that is invalid or causes the conflict, by its name in the request. `None` for all other errors.
    #[must_use]
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid(invalid) => Some(invalid.field()),
            Self::Conflict(conflict) => conflict.field(),
            Self::Forbidden(_) | Self::NotFound | Self::SlowDown { .. } | Self::Unavailable(_) => None,
        }
    }

    /// The value of the header `WWW-Authenticate`. It is set only if the scope of a bearer credential is too narrow
    /// (RFC 6750 §3.1 `insufficient_scope`). Otherwise `None`.
    #[must_use]
    pub fn www_authenticate(&self, realm: &Realm) -> Option<String> {
        match self {
            Self::Forbidden(forbidden) => Challenge::forbidden(*forbidden, realm).www_authenticate(),
            _ => None,
        }
    }

    /// The value of the header `Retry-After` in whole seconds. For status 503 it is 2. For status 429 it is 1 or more.
    /// `None` for any other status.
    #[must_use]
    pub fn retry_after(&self, now: Timestamp) -> Option<u64> {
        match self {
            Self::SlowDown { until } => Some(wait(*until, now)),
            // The host has not set a part that the operation needs, such as the search. A later attempt would get the
            // same response.
            Self::Unavailable(Unavailable::NotGiven { .. }) => None,
            Self::Unavailable(_) => Some(UNAVAILABLE_RETRY),
            _ => None,
        }
    }

    const fn answer_parts(&self) -> AnswerParts {
        match self {
            Self::Forbidden(forbidden) => forbidden.answer_parts(),
            Self::NotFound => (404, "not-found", "not found"),
            Self::Invalid(_) => (422, "invalid-field", "a field breaks a rule"),
            Self::Conflict(conflict) => conflict.answer_parts(),
            Self::SlowDown { .. } => (429, "slow-down", "too many were made: wait, and try again"),
            Self::Unavailable(Unavailable::NotGiven { .. }) => NOT_OFFERED,
            Self::Unavailable(_) => UNAVAILABLE,
        }
    }
}

impl Forbidden {
    /// A stable name for programs, such as `role`. The status is always 403.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.answer_parts().1
    }

    pub(crate) const fn answer_parts(&self) -> AnswerParts {
        let (name, title) = match self {
            Self::Realm => ("realm", "the credential is of another realm"),
            Self::StaleSession => ("stale-session", "the session's password must be proved again"),
            Self::CredentialKind => ("credential-kind", "a credential of this kind cannot do this"),
            Self::Scope { .. } => return INSUFFICIENT_SCOPE,
            Self::Role { .. } => ("role", "the role is too low"),
            Self::ProfileManagement => ("profile-management", "the right to manage user profiles is missing"),
            Self::NoPerson => ("no-person", "a person must do this"),
            Self::Gate { gate } => match gate {
                Gate::Setting => (gate.as_str(), "personal access tokens are switched off"),
                Gate::Switch => (gate.as_str(), "token login is not allowed for this account"),
            },
            Self::Outranked => ("outranked", "it may do more than the credential presented"),
            Self::Collaborator => ("collaborator", "a collaborator cannot create personal access tokens"),
        };
        (403, name, title)
    }
}

impl Conflict {
    /// A stable name for programs, such as `label-taken`. The status is always 409.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.answer_parts().1
    }

    /// The field that causes the conflict, by its name in the request. `None` if no field causes it.
    #[must_use]
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::LabelTaken => Some("label"),
            Self::ClientIdTaken => Some("id"),
            Self::NotApplicable { gate: Gate::Switch } => Some("token_login_allowed"),
            Self::NotApplicable { gate: Gate::Setting } => Some("personal_access_tokens_enabled"),
            Self::QuotaReached
            | Self::ChangedMeanwhile
            | Self::Expired
            | Self::NotExpired
            | Self::Replaced
            | Self::Suspended
            | Self::NotAllowed
            | Self::MayNotAct
            | Self::DoneAlready
            | Self::FormUsed => None,
        }
    }

    const fn answer_parts(&self) -> AnswerParts {
        let (name, title) = match self {
            Self::LabelTaken => ("label-taken", "the label is taken"),
            Self::ClientIdTaken => ("client-id-taken", "the client id is taken"),
            Self::QuotaReached => ("quota-reached", "the quota is reached"),
            Self::ChangedMeanwhile => ("changed-meanwhile", "changed by somebody else meanwhile"),
            Self::Expired => ("expired", "expired: reactivate first"),
            Self::NotExpired => ("not-expired", "not expired"),
            Self::Replaced => ("replaced", "replaced already"),
            Self::Suspended => ("suspended", "suspended: delete it and create another"),
            Self::NotApplicable { .. } => {
                ("not-applicable", "the policy does not ask this gate: changing it would change nothing")
            }
            Self::NotAllowed => ("not-allowed", "the policy does not allow this"),
            Self::MayNotAct => ("may-not-act", "the service account may not act: enable it, or take it over"),
            Self::DoneAlready => ("done-already", "done already: this form was sent before"),
            Self::FormUsed => ("form-used", "the form was used already: show it anew"),
        };
        (409, name, title)
    }
}

impl LoginError {
    /// The HTTP status: 401, 409, 429, 501 or 503. It is 501 only if the host cannot test passwords at all.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.answer_parts().0
    }

    /// A stable name for programs, such as `login-refused`. It is in lower case, with a hyphen between words.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.answer_parts().1
    }

    /// The value of the header `Retry-After` in whole seconds. For status 503 it is 2. For status 429 it is 1 or more.
    /// `None` for any other status.
    #[must_use]
    pub fn retry_after(&self, now: Timestamp) -> Option<u64> {
        match self {
            Self::SlowDown { until } => Some(wait(*until, now)),
            Self::Busy { .. } => Some(BUSY_RETRY),
            // No time is named, because none of these refusals ends after a fixed time.
            Self::Unavailable(Unavailable::NotGiven { .. }) | Self::Refused | Self::TooManySessions => None,
            Self::Unavailable(_) => Some(UNAVAILABLE_RETRY),
        }
    }

    pub(crate) const fn answer_parts(&self) -> AnswerParts {
        match self {
            Self::Refused => (401, "login-refused", "the name or the password is not valid"),
            Self::SlowDown { .. } => (429, "slow-down", "too many failures: wait, and try again"),
            Self::TooManySessions => (409, "too-many-sessions", "too many live sessions: end one first"),
            Self::Busy { .. } => (429, "busy", "too many attempts at once: try again"),
            Self::Unavailable(Unavailable::NotGiven { .. }) => NOT_OFFERED,
            Self::Unavailable(_) => UNAVAILABLE,
        }
    }
}

#[cfg(test)]
#[path = "error_answer_tests.rs"]
mod tests;

//! The refusal of a request. It contains the reason for the host, and the response to the caller (RFC 6750 §3).

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::http_auth::bearer::MalformedHeader;
use crate::http_auth::quoted::realm_parameter;
use crate::http_auth::refusal::PublicRefusal;
use crate::service::error::{Denied, Forbidden};
use crate::service::error_answer::{AnswerParts, INSUFFICIENT_SCOPE, UNAVAILABLE, UNAVAILABLE_RETRY};
use crate::service::login::LoginError;
use crate::types::realm::Realm;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

/// The refusal of a request: a status and headers for the caller (RFC 6750 §3), and the reason for the host.
///
/// | reason | status | `WWW-Authenticate` | `Retry-After` |
/// |---|---|---|---|
/// | no credential, or a credential of another scheme | 401 | `Bearer realm="…"` | |
/// | the header occurs twice, or is malformed | 400 | `Bearer realm="…", error="invalid_request"` | |
/// | the credential was refused, for any reason but scope | 401 | `Bearer realm="…", error="invalid_token"` | |
/// | none of the credential's scope tokens is effective | 403 | `Bearer realm="…", error="insufficient_scope"` | |
/// | the credential lacks a required scope | 403 | `Bearer realm="…", error="insufficient_scope", scope="…"` | |
/// | the account lacks the role or another right | 403 | none | |
/// | a login was refused | 401 | `Bearer realm="…"` | |
/// | too many failed logins, or too many logins at the same time | 429 | none | seconds, at least 1 |
/// | the person has too many sessions for a login | 409 | none | |
/// | the host does not test passwords, and a login was tried | 501 | none | |
/// | a store or the directory is unavailable | 503 | none | 2 seconds |
///
/// The headers and texts of the response contain nothing from the request.
///
/// ```
#[doc = include_str!("../example.in")]
/// use counterfoil::types::Source;
///
/// let challenge = counterfoil.authenticate([], &Source::Unknown).await.expect_err("no credential");
/// assert_eq!((challenge.status(), challenge.name()), (401, "unauthenticated"));
/// assert_eq!(challenge.www_authenticate().as_deref(), Some("Bearer realm=\"default\""));
///
/// let challenge = counterfoil.authenticate([b"Bearer x".as_slice()], &Source::Unknown).await.expect_err("no token");
/// let expected = "Bearer realm=\"default\", error=\"invalid_token\"";
/// assert_eq!((challenge.status(), challenge.www_authenticate().as_deref()), (401, Some(expected)));
/// # Ok(()) }) }
/// ```
#[derive(Clone, Debug)]
pub struct Challenge {
    reason: ChallengeReason,
    realm: Realm,
    retry_after: Option<u64>,
}

/// The reason of a refusal, for the host. Never send it to the caller.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ChallengeReason {
    /// There is no `Authorization` header, or it has another scheme.
    NoCredential,
    /// The `Authorization` header occurs twice, or does not consist of the word `Bearer`, blanks, and a b64token.
    Malformed(MalformedHeader),
    /// The credential was refused or could not be verified. The field contains the reason.
    Denied(Arc<Denied>),
    /// The credential's scope does not contain the scope that the handler requires.
    Scope {
        /// The required scope. `None` if the handler required a string that is not a valid scope.
        needed: Option<Scope>,
    },
    /// A right other than the scope is missing.
    Forbidden(Forbidden),
    /// A login failed for the reason in the field.
    Login(Arc<LoginError>),
}

impl Challenge {
    fn new(reason: ChallengeReason, realm: &Realm) -> Self {
        let retry_after = match &reason {
            ChallengeReason::Denied(denied) if denied.public().is_none() => Some(UNAVAILABLE_RETRY),
            _ => None,
        };
        Self { reason, realm: realm.clone(), retry_after }
    }

    /// Refuses a request that has no credential.
    #[must_use]
    pub fn no_credential(realm: &Realm) -> Self {
        Self::new(ChallengeReason::NoCredential, realm)
    }

    /// Refuses a request whose `Authorization` header is malformed.
    #[must_use]
    pub fn malformed(fault: MalformedHeader, realm: &Realm) -> Self {
        Self::new(ChallengeReason::Malformed(fault), realm)
    }

    /// Refuses a request because the credential was refused or could not be verified. `denied` is the error of
    /// [`Counterfoil::verify`](crate::Counterfoil::verify) or a similar method.
    #[must_use]
    pub fn denied(denied: Denied, realm: &Realm) -> Self {
        Self::new(ChallengeReason::Denied(Arc::new(denied)), realm)
    }

    /// Refuses a request because the scope of the credential is too narrow. `needed` is the required scope, which
    /// `WWW-Authenticate` names. If `needed` is `None`, `WWW-Authenticate` names no scope.
    #[must_use]
    pub fn scope(needed: Option<Scope>, realm: &Realm) -> Self {
        Self::new(ChallengeReason::Scope { needed }, realm)
    }

    /// Refuses a request because a right is missing. If the missing right is a scope, the reason is
    /// [`ChallengeReason::Scope`].
    #[must_use]
    pub fn forbidden(forbidden: Forbidden, realm: &Realm) -> Self {
        match forbidden {
            Forbidden::Scope { scope } => Self::scope(scope.parse().ok(), realm),
            other => Self::new(ChallengeReason::Forbidden(other), realm),
        }
    }

    /// Refuses a request because a login failed. A host that accepts passwords at its own API can use this method.
    /// `now` is the instant of the response.
    #[must_use]
    pub fn login(error: LoginError, realm: &Realm, now: Timestamp) -> Self {
        let retry_after = error.retry_after(now);
        Self { retry_after, ..Self::new(ChallengeReason::Login(Arc::new(error)), realm) }
    }

    /// The reason of the refusal, for the host. Never send it to the caller.
    #[must_use]
    pub fn reason(&self) -> &ChallengeReason {
        &self.reason
    }

    /// The HTTP status: 400, 401, 403, 409, 429, 501 or 503.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.answer_parts().0
    }

    /// A stable name for programs, such as `invalid-token`. It is in lower case, with a hyphen between words.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.answer_parts().1
    }

    /// A short English title, for people.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.answer_parts().2
    }

    /// The error code of RFC 6750 §3.1. `None` if the response has no error code, for example for a request without a
    /// credential (§3.1, last paragraph).
    #[must_use]
    pub fn error(&self) -> Option<&'static str> {
        match &self.reason {
            ChallengeReason::Malformed(_) => Some("invalid_request"),
            ChallengeReason::Scope { .. } => Some("insufficient_scope"),
            ChallengeReason::Denied(denied) => denied.public().map(|public| match public {
                PublicRefusal::InvalidToken => "invalid_token",
                PublicRefusal::InsufficientScope => "insufficient_scope",
            }),
            ChallengeReason::NoCredential | ChallengeReason::Forbidden(_) | ChallengeReason::Login(_) => None,
        }
    }

    /// The value of the header `WWW-Authenticate`. `None` if the response does not have this header. The value consists
    /// of visible ASCII and blanks.
    #[must_use]
    pub fn www_authenticate(&self) -> Option<String> {
        let bare = || format!("Bearer {}", realm_parameter(&self.realm));
        match (&self.reason, self.error()) {
            // A scope contains no character that must be escaped in a quoted string (RFC 6749 §3.3).
            (ChallengeReason::Scope { needed: Some(needed) }, Some(error)) => {
                Some(format!("{}, error=\"{error}\", scope=\"{}\"", bare(), needed.as_str()))
            }
            (_, Some(error)) => Some(format!("{}, error=\"{error}\"", bare())),
            // Every 401 needs a challenge (RFC 9110 §15.5.2).
            (_, None) => (self.status() == 401).then(bare),
        }
    }

    /// The value of the header `Retry-After` in whole seconds. `None` if the response does not have this header.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    fn answer_parts(&self) -> AnswerParts {
        match &self.reason {
            ChallengeReason::NoCredential => (401, "unauthenticated", "a bearer credential is needed"),
            ChallengeReason::Malformed(_) => (400, "invalid-request", "the authorization header is malformed"),
            ChallengeReason::Scope { .. } => INSUFFICIENT_SCOPE,
            ChallengeReason::Denied(denied) => match denied.public() {
                Some(PublicRefusal::InvalidToken) => (401, "invalid-token", "the credential is not valid"),
                Some(PublicRefusal::InsufficientScope) => INSUFFICIENT_SCOPE,
                None => UNAVAILABLE,
            },
            ChallengeReason::Forbidden(forbidden) => forbidden.answer_parts(),
            ChallengeReason::Login(error) => error.answer_parts(),
        }
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

impl Error for Challenge {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.reason {
            ChallengeReason::NoCredential | ChallengeReason::Scope { .. } => None,
            ChallengeReason::Malformed(fault) => Some(fault),
            ChallengeReason::Denied(denied) => Some(&**denied),
            ChallengeReason::Forbidden(forbidden) => Some(forbidden),
            ChallengeReason::Login(error) => Some(&**error),
        }
    }
}

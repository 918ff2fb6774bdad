//! Why a token does not authenticate: the token is at fault, or the endpoint.

use std::sync::Arc;

use counterfoil::http_auth::Refusal;
use counterfoil::types::TokenKind;
use counterfoil::{Challenge, Denied, Realm, Timestamp, Unavailable};

use crate::transport::TransportError;

/// Why a token does not authenticate.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VerifyError {
    /// The token was refused: 401. Only the host may see the reason.
    #[error("token was refused")]
    Refused(#[source] RemoteRefusal),
    /// The endpoint gave no valid answer: 503.
    #[error("token could not be verified")]
    Unavailable(#[source] Arc<Outage>),
}

/// Why a token was refused. Never send it to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteRefusal {
    /// The token is empty, or longer than 4,096 bytes. The endpoint was not asked.
    #[error("token is empty or too long")]
    Malformed,
    /// The endpoint says that the token is not active. It does not say why (RFC 7662 §2.2).
    #[error("token is not active")]
    Inactive,
    /// The token's `exp` has been reached, by this process's clock.
    #[error("token has expired")]
    Expired {
        /// The instant in `exp`.
        at: Timestamp,
    },
    /// The token's `nbf` has not been reached, by this process's clock.
    #[error("token is not valid yet")]
    NotYetValid {
        /// The instant in `nbf`.
        from: Timestamp,
    },
    /// The token's `aud` does not contain the configured audience.
    #[error("token is for another audience")]
    WrongAudience,
    /// The token's `iss` is not the configured issuer.
    #[error("token is of another issuer")]
    WrongIssuer,
    /// The token is of a kind that a resource server must not accept.
    #[error("token of kind {kind} is not accepted")]
    WrongKind {
        /// The kind.
        kind: TokenKind,
    },
    /// The `token_type` is not bearer, or the token is bound to a key (`cnf`), whose proof this crate does not check.
    #[error("token is no bearer token")]
    NotBearer,
    /// The answer has no `sub`.
    #[error("token has no subject")]
    NoSubject,
}

/// Why the endpoint gave no valid answer. This says neither that the token is active nor that it is not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Outage {
    /// There was no answer within the time-out.
    #[error("the introspection endpoint did not answer in time")]
    TimedOut,
    /// The connection failed or broke, or the body is too large.
    #[error("the introspection endpoint gave no answer")]
    Transport(#[source] TransportError),
    /// 401: the endpoint refused the client id or secret of this resource server. The configuration is wrong; retrying
    /// does not help.
    #[error("the introspection endpoint refused the client id or secret of this resource server")]
    ClientRefused,
    /// The status is neither 200 nor 401.
    #[error("the introspection endpoint answered {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// The body does not follow RFC 7662 §2.2.
    #[error(transparent)]
    Answer(#[from] AnswerFault),
}

/// What is wrong with the body of an answer. Contains nothing of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerFault {
    /// The body is longer than [`MOST_ANSWER`](crate::MOST_ANSWER) bytes.
    #[error("the introspection endpoint's answer is too large")]
    TooLarge,
    /// The media type is not `application/json`.
    #[error("the introspection endpoint's answer is not application/json")]
    MediaType,
    /// The body is not a JSON object, or repeats a known member.
    #[error("the introspection endpoint's answer is not a JSON object")]
    NotAnObject,
    /// A member is missing, of the wrong type, or out of range.
    #[error("member {member} of the introspection endpoint's answer is missing or malformed")]
    Member {
        /// The member's name.
        member: &'static str,
    },
}

impl VerifyError {
    pub(crate) fn outage(outage: impl Into<Outage>) -> Self {
        Self::Unavailable(Arc::new(outage.into()))
    }

    /// The challenge to send to the caller.
    #[must_use]
    pub fn challenge(&self, realm: &Realm) -> Challenge {
        let denied = match self {
            Self::Refused(refusal) => Denied::Refused((*refusal).into()),
            Self::Unavailable(outage) => Denied::Unavailable(Unavailable::AuthorizationServer(outage.clone())),
        };
        Challenge::denied(denied, realm)
    }

    /// Whether the error is caused by this process's configuration.
    #[must_use]
    pub fn is_misconfiguration(&self) -> bool {
        matches!(self, Self::Unavailable(outage) if matches!(**outage, Outage::ClientRefused))
    }
}

impl From<RemoteRefusal> for Refusal {
    /// The most similar refusal of the core.
    fn from(refusal: RemoteRefusal) -> Self {
        match refusal {
            RemoteRefusal::Malformed => Self::Malformed,
            RemoteRefusal::Expired { at } => Self::Expired { at },
            RemoteRefusal::WrongKind { kind } => Self::WrongKind { kind },
            RemoteRefusal::WrongAudience | RemoteRefusal::WrongIssuer => Self::WrongRealm,
            RemoteRefusal::Inactive
            | RemoteRefusal::NotYetValid { .. }
            | RemoteRefusal::NotBearer
            | RemoteRefusal::NoSubject => Self::NotVouched,
        }
    }
}

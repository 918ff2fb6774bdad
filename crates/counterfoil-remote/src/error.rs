//! Why a token does not authenticate, split by whose fault it is.

use std::sync::Arc;

use counterfoil::http_auth::Refusal;
use counterfoil::types::TokenKind;
use counterfoil::{Challenge, Denied, Realm, Timestamp, Unavailable};

use crate::transport::TransportError;

/// Why a token does not authenticate.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VerifyError {
    /// It was refused: 401. The reason is for the host.
    #[error("token was refused")]
    Refused(#[source] RemoteRefusal),
    /// The endpoint did not say what it is: 503.
    #[error("token could not be verified")]
    Unavailable(#[source] Arc<Outage>),
}

/// Why a token was refused. Never send it to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteRefusal {
    /// Empty, or longer than 4,096 bytes. The endpoint was not asked.
    #[error("token is empty or too long")]
    Malformed,
    /// The endpoint says that it is not active. It does not say why (RFC 7662 §2.2).
    #[error("token is not active")]
    Inactive,
    /// Its `exp` is reached by the clock of this process.
    #[error("token has expired")]
    Expired {
        /// When.
        at: Timestamp,
    },
    /// Its `nbf` is not reached by the clock of this process.
    #[error("token is not valid yet")]
    NotYetValid {
        /// From when.
        from: Timestamp,
    },
    /// Its `aud` does not name the audience that was configured.
    #[error("token is for another audience")]
    WrongAudience,
    /// Its `iss` is not the issuer that was configured.
    #[error("token is of another issuer")]
    WrongIssuer,
    /// A kind that no resource server may accept.
    #[error("token of kind {kind} is not accepted")]
    WrongKind {
        /// The kind.
        kind: TokenKind,
    },
    /// Its `token_type` is not bearer, or it is bound to a key (`cnf`) whose proof is not checked here.
    #[error("token is no bearer token")]
    NotBearer,
    /// It has no `sub`.
    #[error("token has no subject")]
    NoSubject,
}

/// Why the endpoint did not say what a token is. Never "not active" and never "active".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Outage {
    /// No answer within the time-out.
    #[error("the introspection endpoint did not answer in time")]
    TimedOut,
    /// No connection, a broken one, or a body that is too large.
    #[error("the introspection endpoint gave no answer")]
    Transport(#[source] TransportError),
    /// 401: the endpoint refused the id or the secret of this resource server. The configuration is wrong, and waiting
    /// does not help.
    #[error("the introspection endpoint refused the client id or secret of this resource server")]
    ClientRefused,
    /// Another status than 200 and 401.
    #[error("the introspection endpoint answered {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// A body that is not what RFC 7662 §2.2 says.
    #[error(transparent)]
    Answer(#[from] AnswerFault),
}

/// What is wrong with the body of an answer. Nothing of the body is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerFault {
    /// Longer than [`MOST_ANSWER`](crate::MOST_ANSWER) bytes.
    #[error("the introspection endpoint's answer is too large")]
    TooLarge,
    /// The media type is not `application/json`.
    #[error("the introspection endpoint's answer is not application/json")]
    MediaType,
    /// Not a JSON object in which each known member occurs at most once.
    #[error("the introspection endpoint's answer is not a JSON object")]
    NotAnObject,
    /// A member of the wrong type, out of range, or missing.
    #[error("member {member} of the introspection endpoint's answer is missing or malformed")]
    Member {
        /// Its name.
        member: &'static str,
    },
}

impl VerifyError {
    pub(crate) fn outage(outage: impl Into<Outage>) -> Self {
        Self::Unavailable(Arc::new(outage.into()))
    }

    /// What to answer the caller.
    #[must_use]
    pub fn challenge(&self, realm: &Realm) -> Challenge {
        let denied = match self {
            Self::Refused(refusal) => Denied::Refused((*refusal).into()),
            Self::Unavailable(outage) => Denied::Unavailable(Unavailable::AuthorizationServer(outage.clone())),
        };
        Challenge::denied(denied, realm)
    }

    /// Whether the configuration of this process is at fault.
    #[must_use]
    pub fn is_misconfiguration(&self) -> bool {
        matches!(self, Self::Unavailable(outage) if matches!(**outage, Outage::ClientRefused))
    }
}

impl From<RemoteRefusal> for Refusal {
    /// The nearest refusal of the core.
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

//! The reasons why a token does not authenticate. The cause is either the token or the introspection endpoint.

use std::sync::Arc;

use counterfoil::http_auth::Refusal;
use counterfoil::types::TokenKind;
use counterfoil::{Challenge, Denied, Realm, Timestamp, Unavailable};

use crate::transport::TransportError;

/// The reason why a token does not authenticate.
#[derive(Clone, Debug, thiserror::Error)]
pub enum VerifyError {
    /// The token was refused, so the status is 401. Only the host may see the reason.
    #[error("token was refused")]
    Refused(#[source] RemoteRefusal),
    /// The introspection endpoint gave no valid answer, so the status is 503. It is unknown whether the token is
    /// active.
    #[error("token could not be verified")]
    Unavailable(#[source] Arc<Outage>),
}

/// The reason why a token was refused. Never send it to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteRefusal {
    /// The token is empty, or longer than 4,096 bytes. No request was sent to the introspection endpoint.
    #[error("token is empty or too long")]
    Malformed,
    /// The introspection endpoint says that the token is not active. It gives no reason (RFC 7662 §2.2).
    #[error("token is not active")]
    Inactive,
    /// The instant in the token's `exp` is reached, according to the clock of this process.
    #[error("token has expired")]
    Expired {
        /// The instant in the token's `exp`.
        at: Timestamp,
    },
    /// The instant in the token's `nbf` is not yet reached, according to the clock of this process.
    #[error("token is not valid yet")]
    NotYetValid {
        /// The instant in the token's `nbf`.
        from: Timestamp,
    },
    /// The token's `aud` does not contain the configured audience.
    #[error("token is for another audience")]
    WrongAudience,
    /// The token's `iss` is not the configured issuer.
    #[error("token is of another issuer")]
    WrongIssuer,
    /// The token is of a kind that a resource server must not accept, for example a refresh token.
    #[error("token of kind {kind} is not accepted")]
    WrongKind {
        /// The kind that the endpoint's answer names.
        kind: TokenKind,
    },
    /// The `token_type` is not `bearer`, or the token is bound to a key (`cnf`). Such a token needs a proof of
    /// possession of the key, which this crate does not check.
    #[error("token is no bearer token")]
    NotBearer,
    /// The answer of the introspection endpoint has no member `sub`.
    #[error("token has no subject")]
    NoSubject,
}

/// The reason why the introspection endpoint gave no valid answer. An outage does not say whether the token is active.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Outage {
    /// The introspection endpoint gave no answer within the time-out.
    #[error("the introspection endpoint did not answer in time")]
    TimedOut,
    /// The HTTP client returned an error, for example because the connection failed or the body is too large.
    #[error("the introspection endpoint gave no answer")]
    Transport(#[source] TransportError),
    /// The introspection endpoint answered 401: it refused the client id or the secret of this resource server. The
    /// configuration is wrong, so another attempt fails too.
    #[error("the introspection endpoint refused the client id or secret of this resource server")]
    ClientRefused,
    /// The introspection endpoint answered with a status that is neither 200 nor 401.
    #[error("the introspection endpoint answered {status}")]
    Status {
        /// The HTTP status of the endpoint's answer.
        status: u16,
    },
    /// The body of the introspection response does not follow RFC 7662 §2.2.
    #[error(transparent)]
    Answer(#[from] AnswerFault),
}

/// The reason why the body of an introspection response is invalid. The error contains no text of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerFault {
    /// The body is longer than [`MOST_ANSWER`](crate::MOST_ANSWER) bytes.
    #[error("the introspection endpoint's answer is too large")]
    TooLarge,
    /// The media type of the introspection response is not `application/json`.
    #[error("the introspection endpoint's answer is not application/json")]
    MediaType,
    /// The body is not a JSON object, or a member that this crate reads occurs twice in the object.
    #[error("the introspection endpoint's answer is not a JSON object")]
    NotAnObject,
    /// A required member is missing, or a member has the wrong type or is out of range.
    #[error("member {member} of the introspection endpoint's answer is missing or malformed")]
    Member {
        /// The name of the member of the JSON object, for example `exp`.
        member: &'static str,
    },
}

impl VerifyError {
    pub(crate) fn outage(outage: impl Into<Outage>) -> Self {
        Self::Unavailable(Arc::new(outage.into()))
    }

    /// Returns the challenge to send to the caller.
    #[must_use]
    pub fn challenge(&self, realm: &Realm) -> Challenge {
        let denied = match self {
            Self::Refused(refusal) => Denied::Refused((*refusal).into()),
            Self::Unavailable(outage) => Denied::Unavailable(Unavailable::AuthorizationServer(outage.clone())),
        };
        Challenge::denied(denied, realm)
    }

    /// Whether the configuration of this process is wrong: the introspection endpoint refused the client id or the
    /// secret of this resource server ([`Outage::ClientRefused`]).
    #[must_use]
    pub fn is_misconfiguration(&self) -> bool {
        matches!(self, Self::Unavailable(outage) if matches!(**outage, Outage::ClientRefused))
    }
}

impl From<RemoteRefusal> for Refusal {
    /// Converts to the most similar refusal of `counterfoil`.
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

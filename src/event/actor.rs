//! The actors of events: who caused an event, and with which credential.

use crate::types::client::ClientId;
use crate::types::ids::{RecordId, SubjectId};

/// Who caused an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Actor {
    /// A caller whose authentication was refused, so its identity is unknown.
    Unproved,
    /// A person or a service account. The subject of a service account is reserved ([`SubjectId::is_reserved`]).
    Person {
        /// The subject of the person or of the service account.
        subject: SubjectId,
        /// The credential that was presented. `None` if the host itself authenticated the person.
        credential: Option<RecordId>,
    },
    /// A security code, which acts with the rights of `subject`.
    SecurityCode {
        /// The subject whose rights the code has.
        subject: SubjectId,
        /// The super administrator who created the code.
        creator: SubjectId,
        /// The id of the presented security code.
        credential: RecordId,
    },
    /// An authenticated OAuth client.
    Client {
        /// The client's id.
        client: ClientId,
        /// The subject of the presented token, if the token was verified.
        subject: Option<SubjectId>,
    },
    /// The host's own code.
    Host,
    /// The library itself, when the host's loop calls it to maintain keys, notices or expired data.
    Upkeep,
}

impl Actor {
    /// The subject of the person or service account whose rights were used, if any.
    #[must_use]
    pub const fn subject(&self) -> Option<&SubjectId> {
        match self {
            Self::Person { subject, .. } | Self::SecurityCode { subject, .. } => Some(subject),
            Self::Client { subject, .. } => subject.as_ref(),
            Self::Unproved | Self::Host | Self::Upkeep => None,
        }
    }
}

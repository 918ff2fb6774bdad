//! The actor of an event.

use crate::types::client::ClientId;
use crate::types::ids::{RecordId, SubjectId};

/// The actor of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Actor {
    /// A caller that did not authenticate and was refused.
    Unproved,
    /// A person.
    Person {
        /// The person.
        subject: SubjectId,
        /// The presented credential. `None` if the host signed the person in.
        credential: Option<RecordId>,
    },
    /// A security code, which acts with the rights of `subject`.
    SecurityCode {
        /// The subject whose rights the code has.
        subject: SubjectId,
        /// The super administrator who created the code.
        creator: SubjectId,
        /// The code.
        credential: RecordId,
    },
    /// An authenticated client.
    Client {
        /// The client's id.
        client: ClientId,
        /// The subject of the presented credential, if the credential was verified.
        subject: Option<SubjectId>,
    },
    /// The host's own code.
    Host,
    /// The library itself, in a call from the host's loop: keys, notices, purge.
    Upkeep,
}

impl Actor {
    /// The person whose rights were used, if any.
    #[must_use]
    pub const fn subject(&self) -> Option<&SubjectId> {
        match self {
            Self::Person { subject, .. } | Self::SecurityCode { subject, .. } => Some(subject),
            Self::Client { subject, .. } => subject.as_ref(),
            Self::Unproved | Self::Host | Self::Upkeep => None,
        }
    }
}

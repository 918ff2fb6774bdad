//! Who acted.

use crate::types::client::ClientId;
use crate::types::ids::{RecordId, SubjectId};

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Actor {
    /// A caller that proved nothing: it was refused.
    Unproved,
    /// A person.
    Person {
        /// Who.
        subject: SubjectId,
        /// The credential that was presented; `None` where the host signed the person in.
        credential: Option<RecordId>,
    },
    /// A security code, which acts with the rights of `subject`.
    SecurityCode {
        /// Whose rights it has.
        subject: SubjectId,
        /// The super administrator who made it.
        creator: SubjectId,
        /// The code.
        credential: RecordId,
    },
    /// A registered client that proved itself.
    Client {
        /// Which.
        client: ClientId,
        /// Whose credential it presented, where that was proved.
        subject: Option<SubjectId>,
    },
    /// The host's own code.
    Host,
    /// The library by itself, in a call of the host's loop: keys, notices, purge.
    Upkeep,
}

impl Actor {
    /// The person whose rights were used, where there is one.
    #[must_use]
    pub const fn subject(&self) -> Option<&SubjectId> {
        match self {
            Self::Person { subject, .. } | Self::SecurityCode { subject, .. } => Some(subject),
            Self::Client { subject, .. } => subject.as_ref(),
            Self::Unproved | Self::Host | Self::Upkeep => None,
        }
    }
}

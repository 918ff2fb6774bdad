//! What an operation demands of the presenter. Every field is named for every operation: there is no default.

use crate::types::role::Role;

/// What an operation demands. The presenter's realm is compared first, for every operation alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// With which credentials it may be asked for.
    pub(crate) credentials: Credentials,
    /// Which scope token a credential with a scope must hold.
    pub(crate) scope: &'static str,
    /// Which right of the account it needs.
    pub(crate) right: Right,
    /// Whether the host's own code may ask.
    pub(crate) host: Host,
    /// What of the presenter's own tokens must be open.
    pub(crate) gate: OwnGate,
    /// Whether a console session must have proved the password lately.
    pub(crate) proof: Proof,
}

/// Credentials that may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// All that authenticate. Such an operation looks, or takes rights away.
    All,
    /// An access token, a console session, a person whom the host signed in, the host. A personal access token or security
    /// code makes and changes nothing.
    Sessions,
    /// The same, and the credential that the operation is about.
    SessionsAndItself,
}

/// A right of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    /// Everybody has it.
    Everybody,
    /// At least that role.
    Role(Role),
    /// "Manage user profiles", or an administrator's role.
    ProfileManagement,
}

/// Whether the host's own code may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// It may.
    May,
    /// What is made or shown belongs to a person: the host signs the person in first.
    SignsIn,
}

/// What of the presenter's own personal access tokens must be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnGate {
    /// Nothing: the operation is not about them.
    NotAsked,
    /// The gates of the policy.
    Gates,
    /// The gates, and the account as it is now may own a new one: it exists, is enabled, and is no collaborator.
    GatesAndAccount,
}

/// Whether a console session must have proved the password lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It need not: the operation looks, or takes rights away.
    NotNeeded,
    /// It must: the operation makes, renews, widens or reveals a credential, or opens a gate.
    Fresh,
}

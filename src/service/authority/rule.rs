//! The requirements of an operation on its presenter. Every operation sets every field: there are no defaults.

use crate::types::role::Role;

/// The requirements of an operation. The presenter's realm is compared first, for every operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The credentials with which it may be requested.
    pub(crate) credentials: Credentials,
    /// The scope token that a credential with a scope must hold.
    pub(crate) scope: &'static str,
    /// The right of the account that it needs.
    pub(crate) right: Right,
    /// Whether the host's own code may request it.
    pub(crate) host: Host,
    /// Which gates of the presenter's own tokens must be open.
    pub(crate) gate: OwnGate,
    /// Whether a console session needs a recent proof of its password.
    pub(crate) proof: Proof,
}

/// The credentials that may request an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// All that authenticate. Such an operation only reads, or removes rights.
    All,
    /// An access token, a console session, a person whom the host signed in, or the host. A personal access token or
    /// a security code creates and changes nothing.
    Sessions,
    /// As `Sessions`, and also the credential that the operation is about.
    SessionsAndItself,
}

/// A right of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    /// No role needed.
    Everybody,
    /// At least this role.
    Role(Role),
    /// "Manage user profiles", or an administrator's role.
    ProfileManagement,
}

/// Whether the host's own code may request an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// The host may.
    May,
    /// The host must sign in a person first, because the result belongs to a person.
    SignsIn,
}

/// Which gates of the presenter's own personal access tokens must be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnGate {
    /// None: the operation is not about them.
    NotAsked,
    /// The gates of the policy.
    Gates,
    /// The gates. In addition the account, as it is now, may own a new token: it exists, is enabled, and is not a
    /// collaborator.
    GatesAndAccount,
}

/// Whether a console session needs a recent proof of its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Not needed: the operation only reads, or removes rights.
    NotNeeded,
    /// Needed: the operation creates, renews, widens or reveals a credential, or opens a gate.
    Fresh,
}

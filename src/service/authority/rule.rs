//! The requirements that an operation has for its presenter. Every operation sets every field, because there are no
//! defaults.

use crate::types::role::Role;

/// The requirements of an operation. In addition, the presenter's realm is checked first for every operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The credentials that may request the operation.
    pub(crate) credentials: Credentials,
    /// The scope token that a credential must have if it has a scope.
    pub(crate) scope: &'static str,
    /// The right that the account must have.
    pub(crate) right: Right,
    /// Whether the host's own code may request the operation.
    pub(crate) host: Host,
    /// Which gates of the presenter's own tokens must be open.
    pub(crate) gate: OwnGate,
    /// Whether a console session needs a recent proof of its password.
    pub(crate) proof: Proof,
}

/// The credentials that may request an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// Every credential that authenticates. Operations with this value only read or remove rights.
    All,
    /// An access token, a console session, a person whom the host signed in, or the host. A personal access token or a
    /// security code may not request the operation.
    Sessions,
    /// The same as `Sessions`, and also the credential on which the operation acts.
    SessionsAndItself,
}

/// A right of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    /// No right is needed.
    Everybody,
    /// This role or a higher one.
    Role(Role),
    /// The right "manage user profiles", or an administrator's role.
    ProfileManagement,
}

/// Whether the host's own code may request an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// The host may request it.
    May,
    /// The host must first sign in a person, because the result belongs to a person.
    SignsIn,
}

/// Which gates of the presenter's own personal access tokens must be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnGate {
    /// No gate, because the operation does not use the presenter's own tokens.
    NotAsked,
    /// All gates that the policy uses.
    Gates,
    /// All gates that the policy uses. In addition the account must now be able to own a new token: it exists, is
    /// enabled, and is not a collaborator.
    GatesAndAccount,
}

/// Whether a console session needs a recent proof of its password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A proof is not needed, because the operation only reads or removes rights.
    NotNeeded,
    /// A proof is needed, because the operation creates, renews, widens or reveals a credential, or opens a gate.
    Fresh,
}

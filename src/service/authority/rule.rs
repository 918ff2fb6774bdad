//! The requirements that an operation has for its presenter. There are no defaults, so every operation sets every
//! field.

use crate::types::role::Role;

/// The requirements of an operation. In addition, every operation first checks the realm of the presenter.
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
    /// Which gates of the presenter's own personal access tokens must be open.
    pub(crate) gate: OwnGate,
    /// Whether the password of a console session must have been entered recently.
    pub(crate) proof: Proof,
}

/// The credentials that may request an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// Every credential that authenticates. Operations with this value only read or remove rights.
    All,
    /// An access token, a console session, a person whom the host has authenticated, or the host. A personal access
    /// token or a security code may not request the operation.
    Sessions,
    /// The credentials of [`Credentials::Sessions`], and also the credential on which the operation acts.
    SessionsAndItself,
}

/// A right of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    /// No right is needed.
    Everybody,
    /// This role or a higher role is needed.
    Role(Role),
    /// The right "manage user profiles" or an administrator's role is needed.
    ProfileManagement,
}

/// Whether the host's own code may request an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// The host may request the operation.
    May,
    /// The host may not request the operation, because the result belongs to a person. The host must first sign in a
    /// person.
    SignsIn,
}

/// Which gates of the presenter's own personal access tokens must be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnGate {
    /// No gate must be open, because the operation does not use the presenter's own tokens.
    NotAsked,
    /// All gates that the policy uses must be open.
    Gates,
    /// All gates that the policy uses must be open. In addition, the account must be able to own a new token: it must
    /// exist, be enabled, and not be a collaborator.
    GatesAndAccount,
}

/// Whether the password of a console session must have been entered recently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A recent password is not needed, because the operation only reads or removes rights.
    NotNeeded,
    /// A recent password is needed, because the operation creates, renews, widens or reveals a credential, or opens a
    /// gate.
    Fresh,
}

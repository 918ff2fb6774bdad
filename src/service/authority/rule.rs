//! The requirements of an operation. There are no defaults, so every operation sets every field.

use crate::types::role::Role;

/// The requirements that a presenter must meet for an operation. In addition, the realm of the presenter is checked
/// before every operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// The credentials with which the operation may be requested.
    pub(crate) credentials: Credentials,
    /// The scope token that the presented credential must have. A credential without any scope has all rights.
    pub(crate) scope: &'static str,
    /// The right that the account must have.
    pub(crate) right: Right,
    /// Whether the host's own code may request the operation.
    pub(crate) host: Host,
    /// Whether the gates of personal access tokens must be open for the presenter's account. A gate is a switch that
    /// blocks the personal access tokens of one account or of all accounts.
    pub(crate) gate: OwnGate,
    /// Whether the password must have been entered recently, if the presenter uses a console session.
    pub(crate) proof: Proof,
}

/// The credentials with which an operation may be requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// Every credential that authenticates. An operation with this value reads data or removes rights. It never adds
    /// rights. A credential of a service account may request only these operations.
    All,
    /// An access token, a console session, a person whom the host has authenticated, or the host. A personal access
    /// token or a security code may not request the operation.
    Sessions,
    /// The credentials of [`Credentials::Sessions`], and also the credential on which the operation acts. So a personal
    /// access token can be used to rotate itself.
    SessionsAndItself,
}

/// A right that the presenter's account must have.
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
    /// The host may not request the operation, because the result belongs to a person. The host must act as a person
    /// whom it has authenticated.
    SignsIn,
}

/// Whether the gates of personal access tokens must be open for the presenter's account. A gate is a switch that blocks
/// the personal access tokens of one account or of all accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnGate {
    /// The gates are not checked, because the operation does not use the presenter's own personal access tokens.
    NotAsked,
    /// All gates that the policy uses must be open, so that no switch blocks the account's personal access tokens.
    Gates,
    /// All gates that the policy uses must be open, so that no switch blocks the account's personal access tokens. In
    /// addition, the account must be able to own a new token: it must exist, be enabled, and not be a collaborator.
    GatesAndAccount,
}

/// Whether the password must have been entered recently, if the presenter uses a console session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It does not matter when the password was entered, because the operation only reads or removes rights.
    NotNeeded,
    /// The password must have been entered recently, because the operation creates, renews, widens or reveals a
    /// credential, or unblocks personal access tokens.
    Fresh,
}

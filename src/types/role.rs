//! The roles of accounts, in ascending order.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The role of an account. The order is collaborator < member < administrator < super administrator.
///
/// ```
/// use counterfoil::Role;
///
/// assert!(Role::Collaborator < Role::Member);
/// assert_eq!(Role::SuperAdministrator.min(Role::Member), Role::Member);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A user who is allowed to read data, but not to create personal access tokens.
    Collaborator,
    /// An ordinary user, who can also create personal access tokens.
    Member,
    /// A user who manages clients, settings, other users, and the tokens of these users.
    Administrator,
    /// An administrator who also manages security codes.
    SuperAdministrator,
}

impl Role {
    /// The name of the role in the API and in stored documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Collaborator => "collaborator",
            Self::Member => "member",
            Self::Administrator => "administrator",
            Self::SuperAdministrator => "super_administrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

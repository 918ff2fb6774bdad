//! The parts of events.

use crate::types::client::ClientId;
use crate::types::ids::{FamilyId, SubjectId};
use crate::types::kind::TokenKind;

/// The parts of the host's infrastructure that the library uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Means {
    /// The store of records.
    TokenStore,
    /// The store of clients.
    ClientStore,
    /// The store of settings.
    SettingsStore,
    /// The counters of failures.
    Throttle,
    /// The directory of people.
    Directory,
}

impl Means {
    /// The name, such as `token_store`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenStore => "token_store",
            Self::ClientStore => "client_store",
            Self::SettingsStore => "settings_store",
            Self::Throttle => "throttle",
            Self::Directory => "directory",
        }
    }
}

/// How the host's infrastructure failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The backend was unreachable: an outage.
    Unavailable,
    /// A stored row does not decode.
    Corrupt,
    /// The library sent a request that contradicts itself: a bug in the library.
    Invalid,
    /// The backend, as configured, does not support the call.
    Unsupported,
}

impl Fault {
    /// The name, such as `unavailable`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Corrupt => "corrupt",
            Self::Invalid => "invalid",
            Self::Unsupported => "unsupported",
        }
    }
}

/// A limit of the policy on the number of created or live credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// Credentials of that kind that one owner creates in an hour.
    CreationsPerHour(TokenKind),
    /// Rotations of one sign-in in a day.
    RotationsPerDay(FamilyId),
    /// Live access tokens of one sign-in.
    AccessTokens(FamilyId),
}

/// The failures that block an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Throttled {
    /// Wrong passwords for an account, from the source.
    Account {
        /// The account's subject, if the name belongs to an account.
        subject: Option<SubjectId>,
    },
    /// Wrong secrets for a client, from the source.
    Client {
        /// The client, if it is registered.
        client: Option<ClientId>,
    },
    /// Wrong passwords for any account, from the source.
    Logins,
    /// Wrong secrets for any client, from the source.
    ClientSecrets,
}

/// The change of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Label, description or scope edited.
    Edited,
    /// Expiry changed.
    ExpirySet,
    /// Made permanent.
    MadePermanent,
    /// Expiry reset to the default from now.
    Reset,
    /// Reactivated after its expiry.
    Reactivated,
}

/// The change of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientAction {
    /// Registered.
    Created,
    /// Changed.
    Changed,
    /// Disabled.
    Disabled,
    /// Enabled again.
    Enabled,
    /// Given a new secret.
    SecretReplaced,
    /// All its tokens revoked.
    TokensRevoked,
    /// Deleted.
    Deleted,
}

//! What events are made of.

use crate::types::client::ClientId;
use crate::types::ids::{FamilyId, SubjectId};
use crate::types::kind::TokenKind;

/// What the library asks of its host.
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
    /// Its name, as in `token_store`.
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

/// How one of the host's means failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// It could not be asked: an outage.
    Unavailable,
    /// A stored row does not decode.
    Corrupt,
    /// The library asked for something that contradicts itself: a mistake in the library.
    Invalid,
    /// The backend, as it is set up, cannot do it.
    Unsupported,
}

impl Fault {
    /// Its name, as in `unavailable`.
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

/// A limit of the policy on how many are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// Credentials of that kind that one owner makes in an hour.
    CreationsPerHour(TokenKind),
    /// Rotations of one sign-in in a day.
    RotationsPerDay(FamilyId),
    /// Live access tokens of one sign-in.
    AccessTokens(FamilyId),
}

/// Which failures stand in the way of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Throttled {
    /// Wrong passwords for an account from the source.
    Account {
        /// Whose, where the name is anybody's.
        subject: Option<SubjectId>,
    },
    /// Wrong secrets for a client from the source.
    Client {
        /// Which, where it is known to be registered.
        client: Option<ClientId>,
    },
    /// Wrong passwords for any account from the source.
    Logins,
    /// Wrong secrets for any client from the source.
    ClientSecrets,
}

/// What was done to a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Label, description or scope edited.
    Edited,
    /// Another expiry.
    ExpirySet,
    /// Made permanent.
    MadePermanent,
    /// Expiry reset to the default from now.
    Reset,
    /// Brought back after its expiry.
    Reactivated,
}

/// What was done to a client.
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
    /// Removed.
    Deleted,
}

//! Structs and enums that occur as fields of events.

use crate::types::client::ClientId;
use crate::types::ids::{FamilyId, SubjectId};
use crate::types::kind::TokenKind;

/// The parts of the host's infrastructure that the library uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Means {
    /// The store of records.
    TokenStore,
    /// The store of client registrations ([`ClientStore`](crate::store::ClientStore)).
    ClientStore,
    /// The store of the settings of each realm ([`SettingsStore`](crate::store::SettingsStore)).
    SettingsStore,
    /// The counters of failures.
    Throttle,
    /// The store of aliases of imported tokens.
    AliasStore,
    /// The directory of people.
    Directory,
}

impl Means {
    /// The name of the part, such as `token_store`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenStore => "token_store",
            Self::ClientStore => "client_store",
            Self::SettingsStore => "settings_store",
            Self::Throttle => "throttle",
            Self::AliasStore => "alias_store",
            Self::Directory => "directory",
        }
    }
}

/// How the host's infrastructure failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The backend was unreachable.
    Unavailable,
    /// A stored row could not be decoded.
    Corrupt,
    /// The library sent an invalid request. This is a bug in the library.
    Invalid,
    /// The backend, as configured, does not support the requested call.
    Unsupported,
}

impl Fault {
    /// The name of the fault, such as `unavailable`.
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

/// A limit of the policy on the number of credentials that are created, rotated or live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// The limit on the credentials of this kind that one owner creates in an hour. For personal access tokens, also
    /// the limit on the rotations of one token in an hour.
    CreationsPerHour(TokenKind),
    /// The limit on the rotations of one sign-in in a day.
    RotationsPerDay(FamilyId),
    /// The limit on the live access tokens of one sign-in.
    AccessTokens(FamilyId),
}

/// The limit on failures that was reached. Each limit counts the failures from one source: the source of the request. A
/// further attempt was then refused without a test of the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Throttled {
    /// The limit on wrong passwords for one account from one source.
    Account {
        /// The account's subject, if the name belongs to an account.
        subject: Option<SubjectId>,
    },
    /// The limit on wrong secrets for one client from one source.
    Client {
        /// The client, if it is registered.
        client: Option<ClientId>,
    },
    /// The limit on wrong passwords from one source, for all accounts together.
    Logins,
    /// The limit on wrong secrets from one source, for all clients together.
    ClientSecrets,
    /// The limit on reports of leaked texts from one source. Every report counts.
    LeakReports,
}

/// What a report of a leaked secret did to the credential or client secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LeakState {
    /// The report ended the credential.
    Ended,
    /// The credential had already ended before the report.
    AlreadyEnded,
    /// The policy does not end credentials of this kind ([`Leaks`](crate::policy::Leaks)), so the leaked secret is
    /// still accepted.
    LeftValid,
    /// The reported text belonged to a personal access token before a rotation replaced it, and no longer works. The
    /// report did not end the new token. Its owner gets a notice, because the rotation may be the work of a thief.
    Replaced,
}

/// Why reported texts were dropped before they were looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// The service was shut down ([`shutdown`](crate::Counterfoil::shutdown)) before the texts were looked up. The
    /// texts are lost when the process ends.
    Stopped,
    /// The lookup of each text failed five times, for a reason other than an outage.
    Failing,
}

/// A change of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// The label, description or scope of the credential was edited.
    Edited,
    /// The expiry of the credential was changed.
    ExpirySet,
    /// A personal access token got a new expiry and kept its secret.
    Extended,
    /// The credential was made permanent.
    MadePermanent,
    /// The expiry of the credential was reset: the default lifetime started again at the time of the event.
    Reset,
    /// The credential was reactivated after its expiry.
    Reactivated,
    /// The credential can be used from fewer addresses than before.
    SourcesNarrowed,
    /// The credential can be used from addresses from which it could not be used before.
    SourcesWidened,
    /// The metadata that the host stores with the credential was changed.
    MetadataSet,
}

/// A change of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientAction {
    /// The client was registered.
    Created,
    /// The client's registration was changed.
    Changed,
    /// The client was disabled.
    Disabled,
    /// The client was enabled again.
    Enabled,
    /// The client got a new secret.
    SecretReplaced,
    /// All tokens of the client were revoked.
    TokensRevoked,
    /// The client was deleted.
    Deleted,
}

/// A change of a service account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServiceAccountAction {
    /// The account was created.
    Created,
    /// The label, description, role, scope, address or maker of the account was changed.
    Changed,
    /// The account was disabled.
    Disabled,
    /// The account was enabled again.
    Enabled,
    /// The account was deleted, and all its credentials were ended.
    Deleted,
}

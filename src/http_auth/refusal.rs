//! Why a credential is refused: the private half, for the host, and the public half, for the caller, in one type.

use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;
use crate::types::why::RevocationReason;

/// A gate that the policy asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Gate {
    /// The setting "creation and authentication of personal access tokens".
    Setting,
    /// The account's own switch "token login allowed".
    Switch,
}

impl Gate {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Setting => "personal-access-tokens-disabled",
            Self::Switch => "token-login-not-allowed",
        }
    }
}

/// The true reason, for the host and its events. What the caller may know of it is [`Refusal::public`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Not the spelling of a token.
    #[error("credential is malformed")]
    Malformed,
    /// No such record, or one that is past all that kept it.
    #[error("credential is unknown")]
    Unknown,
    /// The id is there, the secret is not its own.
    #[error("credential's secret does not match")]
    WrongSecret,
    /// Of another realm.
    #[error("credential belongs to another realm")]
    WrongRealm,
    /// Of a kind that is not accepted here.
    #[error("credential of kind {kind} is not accepted here")]
    WrongKind {
        /// What it is.
        kind: TokenKind,
    },
    /// Expired.
    #[error("credential has expired")]
    Expired {
        /// When.
        at: Timestamp,
    },
    /// Revoked.
    #[error("credential was revoked")]
    Revoked {
        /// When.
        at: Timestamp,
        /// Why.
        why: RevocationReason,
    },
    /// Replaced by a successor and no longer honoured.
    #[error("credential was replaced by a successor")]
    Replaced,
    /// The account is not in the directory.
    #[error("account does not exist")]
    AccountMissing,
    /// The account is disabled.
    #[error("account is disabled")]
    AccountDisabled,
    /// The owner of a personal access token is a collaborator.
    #[error("owner is a collaborator")]
    OwnerIsCollaborator,
    /// A gate is closed.
    #[error("a gate of the policy is closed")]
    GateClosed {
        /// Which.
        gate: Gate,
    },
    /// The creator of a super-administrator code is none any more.
    #[error("creator of the security code is no super administrator")]
    CreatorLostRole,
    /// A refresh token that was issued to another client.
    #[error("credential was issued to another client")]
    WrongClient,
    /// The key that a retry is derived with has left the key ring.
    #[error("key of the retry window has left the key ring")]
    KeyGone,
    /// The client is not registered any more.
    #[error("client does not exist")]
    ClientMissing,
    /// The client is disabled.
    #[error("client is disabled")]
    ClientDisabled,
    /// All tokens of the client were revoked after this family began.
    #[error("client's tokens were revoked")]
    ClientEpoch,
    /// The client may not use the grant any more.
    #[error("client's grant was removed")]
    GrantRemoved,
    /// It began before the account's [`valid_since`](crate::Account::valid_since).
    #[error("credential began before its account's credentials are valid")]
    BeforeValidSince {
        /// Since when they are.
        valid_since: Timestamp,
    },
    /// It was digested without a key, and a key ring is in use.
    #[error("credential was digested without a key, and a key ring is in use")]
    Unkeyed,
    /// Its scope, what its client is allowed, and what the service knows have nothing in common.
    #[error("nothing is left of the credential's scope")]
    ScopeEmpty,
    /// The policy asks for a scope and the credential has none.
    #[error("policy demands a scope and the credential has none")]
    ScopeDemanded,
}

/// What a caller may know of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicRefusal {
    /// RFC 6750 §3.1 `invalid_token`: unknown, mistyped, of another kind, expired, revoked, suspended: all alike.
    InvalidToken,
    /// RFC 6750 §3.1 `insufficient_scope`: it authenticates, and nothing is left of what it may do.
    InsufficientScope,
}

impl Refusal {
    /// What the caller is told: the same for every reason, but for a scope of which nothing is left.
    #[must_use]
    pub const fn public(self) -> PublicRefusal {
        match self {
            Self::ScopeEmpty => PublicRefusal::InsufficientScope,
            _ => PublicRefusal::InvalidToken,
        }
    }

    /// Whether the credential would work again without being touched: its owner, client or gate stands in the way.
    #[must_use]
    pub const fn is_suspension(self) -> bool {
        matches!(
            self,
            Self::AccountMissing
                | Self::AccountDisabled
                | Self::OwnerIsCollaborator
                | Self::GateClosed { .. }
                | Self::CreatorLostRole
                | Self::ClientMissing
                | Self::ClientDisabled
                | Self::ClientEpoch
                | Self::GrantRemoved
                | Self::ScopeDemanded
                | Self::ScopeEmpty
                | Self::BeforeValidSince { .. }
        )
    }
}

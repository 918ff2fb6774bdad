//! Why a credential is refused: the private reason, for the host, and the public one, for the caller, in one type.

use crate::types::kind::TokenKind;
use crate::types::revocation_reason::RevocationReason;
use crate::types::time::Timestamp;

/// A gate that the policy uses.
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

/// The true reason, for the host and its events. The caller may know only [`Refusal::public`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Not a valid token text.
    #[error("credential is malformed")]
    Malformed,
    /// No such record, or one that is expired and past retention.
    #[error("credential is unknown")]
    Unknown,
    /// The id exists, but the secret does not match.
    #[error("credential's secret does not match")]
    WrongSecret,
    /// Of another realm.
    #[error("credential belongs to another realm")]
    WrongRealm,
    /// The kind is not accepted here.
    #[error("credential of kind {kind} is not accepted here")]
    WrongKind {
        /// The kind.
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
        /// When it was revoked.
        at: Timestamp,
        /// Why it was revoked.
        reason: RevocationReason,
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
        /// The gate.
        gate: Gate,
    },
    /// The creator of a super-administrator code is no longer a super administrator.
    #[error("creator of the security code is no super administrator")]
    CreatorLostRole,
    /// A refresh token that was issued to another client.
    #[error("credential was issued to another client")]
    WrongClient,
    /// A resource server was told that it is not active, without a reason (RFC 7662 §2.2), or was told something that
    /// does not let it accept the credential.
    #[error("the authorization server does not vouch for the credential here")]
    NotVouched,
    /// The key of a retry's derivation has left the key ring.
    #[error("key of the retry window has left the key ring")]
    KeyGone,
    /// The client is no longer registered.
    #[error("client does not exist")]
    ClientMissing,
    /// The client is disabled.
    #[error("client is disabled")]
    ClientDisabled,
    /// All tokens of the client were revoked after this family began.
    #[error("client's tokens were revoked")]
    ClientEpoch,
    /// The client may no longer use the grant.
    #[error("client's grant was removed")]
    GrantRemoved,
    /// It began before the account's [`valid_since`](crate::Account::valid_since).
    #[error("credential began before its account's credentials are valid")]
    BeforeValidSince {
        /// The account's `valid_since`.
        valid_since: Timestamp,
    },
    /// It was digested without a key, but a key ring is in use.
    #[error("credential was digested without a key, and a key ring is in use")]
    Unkeyed,
    /// The credential's scope, the client's allowed scope and the known scope tokens have no token in common.
    #[error("nothing is left of the credential's scope")]
    ScopeEmpty,
    /// The policy requires a scope, and the credential has none.
    #[error("policy demands a scope and the credential has none")]
    ScopeDemanded,
}

/// What a caller may know of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicRefusal {
    /// RFC 6750 §3.1 `invalid_token`: unknown, mistyped, of another kind, expired, revoked or suspended, all the
    /// same.
    InvalidToken,
    /// RFC 6750 §3.1 `insufficient_scope`: it authenticates, but its effective scope is empty.
    InsufficientScope,
}

impl Refusal {
    /// The public part of the refusal. It is the same for every reason except an empty scope.
    #[must_use]
    pub const fn public(self) -> PublicRefusal {
        match self {
            Self::ScopeEmpty => PublicRefusal::InsufficientScope,
            _ => PublicRefusal::InvalidToken,
        }
    }

    /// Whether the credential may work again without being changed: its owner, client or gate blocks it.
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

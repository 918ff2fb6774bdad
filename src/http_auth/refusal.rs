//! The reasons why a credential is refused: the actual reason, for the host, and the public reason, for the caller.

use crate::types::kind::TokenKind;
use crate::types::revocation_reason::RevocationReason;
use crate::types::time::Timestamp;

/// A gate is a switch that can block all personal access tokens, or the personal access tokens of one account. The
/// policy says which gates are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Gate {
    /// The setting `personal_access_tokens_enabled`. It controls creation and authentication of personal access tokens.
    Setting,
    /// The account's switch "token login allowed".
    Switch,
}

impl Gate {
    /// The name of the gate in responses of the management API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Setting => "personal-access-tokens-disabled",
            Self::Switch => "token-login-not-allowed",
        }
    }
}

/// The actual reason of a refusal, for the host and its events. Send callers only [`Refusal::public`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The text is not a valid token.
    #[error("credential is malformed")]
    Malformed,
    /// No record has this id, or the record has ended and the time for which it is kept is over.
    #[error("credential is unknown")]
    Unknown,
    /// A record has this id, but the secret does not match.
    #[error("credential's secret does not match")]
    WrongSecret,
    /// The credential belongs to another realm.
    #[error("credential belongs to another realm")]
    WrongRealm,
    /// The called operation does not accept credentials of this kind.
    #[error("credential of kind {kind} is not accepted here")]
    WrongKind {
        /// The kind of the credential.
        kind: TokenKind,
    },
    /// The credential has expired.
    #[error("credential has expired")]
    Expired {
        /// When the credential expired.
        at: Timestamp,
    },
    /// The credential was revoked.
    #[error("credential was revoked")]
    Revoked {
        /// When the credential was revoked.
        at: Timestamp,
        /// Why the credential was revoked.
        reason: RevocationReason,
    },
    /// A successor has replaced the credential, which is no longer accepted.
    #[error("credential was replaced by a successor")]
    Replaced,
    /// The lifetime of the credential is longer than the policy now allows, and the policy refuses such credentials
    /// ([`Existing::RefuseAtUse`](crate::policy::Existing::RefuseAtUse)). The credential works again if the policy
    /// allows this lifetime again.
    #[error("credential lives longer than the policy allows")]
    OverCeiling,
    /// The account is not in the directory.
    #[error("account does not exist")]
    AccountMissing,
    /// The account is disabled.
    #[error("account is disabled")]
    AccountDisabled,
    /// The owner of a personal access token is a collaborator.
    #[error("owner is a collaborator")]
    OwnerIsCollaborator,
    /// A setting or the account's own switch blocks the personal access tokens of the account.
    #[error("a gate of the policy is closed")]
    GateClosed {
        /// The setting or switch that blocks the tokens.
        gate: Gate,
    },
    /// The credential is a security code with super-administrator rights, and its creator is no longer a super
    /// administrator.
    #[error("creator of the security code is no super administrator")]
    CreatorLostRole,
    /// The refresh token was issued to another client.
    #[error("credential was issued to another client")]
    WrongClient,
    /// A resource server asked the authorization server about the credential (RFC 7662 §2.2). The response said that
    /// the credential is not active, or did not allow this resource server to accept it.
    #[error("the authorization server does not vouch for the credential here")]
    NotVouched,
    /// A refresh token was presented again within the retry window. The response cannot be repeated, because the key
    /// from which it was derived is no longer in the key ring.
    #[error("key of the retry window has left the key ring")]
    KeyGone,
    /// The client is no longer registered.
    #[error("client does not exist")]
    ClientMissing,
    /// The client is disabled.
    #[error("client is disabled")]
    ClientDisabled,
    /// All tokens of the client were revoked after the sign-in of this credential was opened.
    #[error("client's tokens were revoked")]
    ClientEpoch,
    /// The sign-in of this credential was opened with a grant that the client is no longer allowed to use.
    #[error("client's grant was removed")]
    GrantRemoved,
    /// The credential began before the account's [`valid_since`](crate::Account::valid_since).
    #[error("credential began before its account's credentials are valid")]
    BeforeValidSince {
        /// The `valid_since` of the account.
        valid_since: Timestamp,
    },
    /// The digest of the credential was computed without a key, but a key ring is in use.
    #[error("credential was digested without a key, and a key ring is in use")]
    Unkeyed,
    /// The credential's scope, the client's allowed scope and the known scope tokens have no token in common.
    #[error("nothing is left of the credential's scope")]
    ScopeEmpty,
    /// The policy requires a scope, and the credential has none.
    #[error("policy demands a scope and the credential has none")]
    ScopeDemanded,
    /// The credential can be used only from some addresses
    /// ([`allowed_sources`](crate::store::FamilyDetails::allowed_sources)). The source of the request is not one of
    /// these addresses, is not an address at all, or is unknown. The state of the credential was not checked.
    #[error("credential cannot be used from this source")]
    SourceNotAllowed,
}

/// The reason of a refusal, as far as a caller is allowed to learn it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicRefusal {
    /// RFC 6750 §3.1 `invalid_token`. The credential is unknown, mistyped, of another kind, expired or revoked, or its
    /// account, its client, a gate, the policy or the source of the request blocks it now. The caller cannot
    /// distinguish these cases.
    InvalidToken,
    /// RFC 6750 §3.1 `insufficient_scope`: the credential authenticates, but its effective scope is empty.
    InsufficientScope,
}

impl Refusal {
    /// The reason that the caller is allowed to learn. It is `insufficient_scope` for [`Refusal::ScopeEmpty`], and
    /// `invalid_token` for every other reason, including [`Refusal::ScopeDemanded`]. `insufficient_scope` means that
    /// one request needs more privileges than the token has (RFC 6750 §3.1). For `ScopeDemanded`, the policy refuses
    /// every request with the token.
    #[must_use]
    pub const fn public(self) -> PublicRefusal {
        match self {
            Self::ScopeEmpty => PublicRefusal::InsufficientScope,
            _ => PublicRefusal::InvalidToken,
        }
    }

    /// Whether the credential can authenticate again without being changed itself. True if the current account, client,
    /// policy or gate, or the source of the request, is the reason of the refusal.
    #[must_use]
    pub const fn is_suspension(self) -> bool {
        matches!(
            self,
            Self::AccountMissing
                | Self::AccountDisabled
                | Self::OwnerIsCollaborator
                | Self::GateClosed { .. }
                | Self::OverCeiling
                | Self::CreatorLostRole
                | Self::ClientMissing
                | Self::ClientDisabled
                | Self::ClientEpoch
                | Self::GrantRemoved
                | Self::ScopeDemanded
                | Self::ScopeEmpty
                | Self::BeforeValidSince { .. }
                | Self::SourceNotAllowed
        )
    }
}

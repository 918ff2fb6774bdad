//! The result of a report for one text.

use crate::event::LeakState;
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;

/// What [`Counterfoil::report_leaked`](crate::Counterfoil::report_leaked) found out about a text, and what it did. The
/// outcome is only for the host. A caller who sees it learns whether a guessed text is a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeakOutcome {
    /// The text is not a credential of this realm: it does not have the form of a credential, no record has its id, the
    /// record is past its retention, or the secret is wrong.
    NotOurs,
    /// The text is the secret of a credential that had ended before. The report changed nothing.
    AlreadyEnded {
        /// The kind of the credential. [`TokenKind::ClientSecret`] if the text is the secret of a client.
        kind: TokenKind,
        /// The id of the credential, or of the client secret.
        id: RecordId,
    },
    /// The text is the secret of a credential that this report ended.
    Ended {
        /// The kind of the credential. [`TokenKind::ClientSecret`] if the text is the secret of a client.
        kind: TokenKind,
        /// The id of the credential, or of the client secret.
        id: RecordId,
    },
    /// The text is the secret of a security code or of a client, which the policy does not end
    /// ([`Leaks`](crate::policy::Leaks)). The text is still accepted.
    LeftValid {
        /// The kind of the credential. [`TokenKind::ClientSecret`] if the text is the secret of a client.
        kind: TokenKind,
        /// The id of the credential, or of the client secret.
        id: RecordId,
    },
    /// The text belonged to a personal access token before a rotation replaced it. The text no longer works, and the
    /// report ended nothing. The owner gets a notice, because a thief may have rotated the token.
    Replaced {
        /// The kind of the credential.
        kind: TokenKind,
        /// The id of the old token.
        id: RecordId,
    },
}

impl LeakOutcome {
    pub(super) const fn of(state: LeakState, kind: TokenKind, id: RecordId) -> Self {
        match state {
            LeakState::Ended => Self::Ended { kind, id },
            LeakState::AlreadyEnded => Self::AlreadyEnded { kind, id },
            LeakState::LeftValid => Self::LeftValid { kind, id },
            LeakState::Replaced => Self::Replaced { kind, id },
        }
    }
}

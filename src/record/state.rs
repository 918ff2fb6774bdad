//! The states that a record can reach, each with its instant.

use std::fmt;

use crate::types::ids::{KeyId, RecordId};
use crate::types::revocation_reason::RevocationReason;
use crate::types::time::Timestamp;

/// The random value drawn by the winner of a rotation, so that a retry derives the same successor. Useless without
/// the parent's secret.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Nonce {
    /// 32 random bytes.
    pub bytes: [u8; 32],
    /// The key whose sub-key was used for the derivation.
    pub key_id: KeyId,
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nonce").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// Replaced by a successor. Set once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Superseded {
    /// When.
    pub at: Timestamp,
    /// The successor.
    pub successor: RecordId,
    /// Kept until the retry window ends.
    pub nonce: Option<Nonce>,
    /// Until when the old token is honoured. Refresh token: the end of the retry window. Hand-over: the end of the
    /// overlap, equal to `at` if there is none, and `None` until the successor's first use ends it.
    pub honoured_until: Option<Timestamp>,
}

impl Superseded {
    /// Replaced at that instant by that successor, and not honoured any longer than until its first use.
    #[must_use]
    pub const fn new(at: Timestamp, successor: RecordId) -> Self {
        Self { at, successor, nonce: None, honoured_until: None }
    }
}

crate::types::setters::setters!(Superseded {
    with_nonce nonce: Option<Nonce>;
    with_honoured_until honoured_until: Option<Timestamp>;
});

/// Revoked. Set once; the first instant stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Revoked {
    /// When.
    pub at: Timestamp,
    /// Why.
    #[cfg_attr(feature = "serde", serde(rename = "why"))]
    pub reason: RevocationReason,
}

/// The next instant at which a notice worker must look at a record. A lease is the same mark with a later instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NoticeMark {
    /// When.
    pub at: Timestamp,
    /// How many thresholds of this expiry are settled.
    pub stage: u8,
}

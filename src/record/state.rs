//! The states that a record can reach, each carrying when.

use std::fmt;

use crate::types::ids::{KeyId, RecordId};
use crate::types::time::Timestamp;
use crate::types::why::RevocationReason;

/// What the winner of a rotation drew, so that a retry derives the same successor. Worth nothing without the parent's secret.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Nonce {
    /// 32 random bytes.
    pub bytes: [u8; 32],
    /// Whose sub-key the derivation used.
    pub key_id: KeyId,
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nonce").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// Replaced by a successor, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Superseded {
    /// When.
    pub at: Timestamp,
    /// By what.
    pub successor: RecordId,
    /// Kept until the retry window is over.
    pub nonce: Option<Nonce>,
    /// Until when the old one is honoured. Refresh token: the retry window. Hand-over: the overlap, equal to `at` where it is immediate, and
    /// `None` until the new one's first use ends it.
    pub honoured_until: Option<Timestamp>,
}

/// Revoked, once; the first instant stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Revoked {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: RevocationReason,
}

/// The next instant at which a notice worker must look at a record. A lease is the same mark moved forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NoticeMark {
    /// When.
    pub at: Timestamp,
    /// How many thresholds are done with for this expiry.
    pub stage: u8,
}

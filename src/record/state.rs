//! The states that a record can enter. Each state has its instant.

use std::fmt;

use crate::types::ids::{KeyId, RecordId};
use crate::types::revocation_reason::RevocationReason;
use crate::types::time::Timestamp;

/// A random value that is drawn for a rotation. A retry derives the same successor from it. Without the parent's
/// secret, nothing can be derived from the nonce.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Nonce {
    /// 32 random bytes.
    pub bytes: [u8; 32],
    /// The number of the key whose sub-key is used for the derivation.
    pub key_id: KeyId,
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nonce").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// The replacement of a record by a successor. It is set at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Superseded {
    /// When the record was replaced.
    pub at: Timestamp,
    /// The id of the successor.
    pub successor: RecordId,
    /// The nonce. It is kept until the retry window ends.
    pub nonce: Option<Nonce>,
    /// The instant until which the old token is accepted. For a refresh token, this is the end of the retry window. For
    /// a rotated personal access token, this is the end of the overlap. It equals `at` if there is no overlap, and is
    /// `None` if the overlap lasts until the successor's first use.
    pub honoured_until: Option<Timestamp>,
}

impl Superseded {
    /// Creates a replacement at that instant by that successor. The old token is accepted until the successor's first
    /// use.
    #[must_use]
    pub const fn new(at: Timestamp, successor: RecordId) -> Self {
        Self { at, successor, nonce: None, honoured_until: None }
    }
}

crate::types::setters::setters!(Superseded {
    with_nonce nonce: Option<Nonce>;
    with_honoured_until honoured_until: Option<Timestamp>;
});

/// A revocation. It is set at most once, so the first instant and reason stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Revoked {
    /// When the record or family was revoked.
    pub at: Timestamp,
    /// Why the record or family was revoked.
    #[cfg_attr(feature = "serde", serde(rename = "why"))]
    pub reason: RevocationReason,
}

/// The next instant at which a notice worker must check a record. While a worker has a lease on the notice, this
/// instant is the end of the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NoticeMark {
    /// When the check is due.
    pub at: Timestamp,
    /// The stage of the next notice for this expiry. All earlier stages are done.
    pub stage: u8,
}

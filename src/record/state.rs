//! The states that a record can enter, each with its instant.

use std::fmt;

use crate::types::ids::{KeyId, RecordId};
use crate::types::revocation_reason::RevocationReason;
use crate::types::time::Timestamp;

/// The random value that the winner of a rotation draws. A retry derives the same successor from it. The nonce is
/// useless without the parent's secret.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Nonce {
    /// 32 random bytes.
    pub bytes: [u8; 32],
    /// The key of the ring from which the derivation took its sub-key.
    pub key_id: KeyId,
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nonce").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// The replacement of a record by a successor. Set once.
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
    /// The instant until which the old token is honoured. For a refresh token, it is the end of the retry window. In a
    /// hand-over, it is the end of the overlap: equal to `at` if there is no overlap, and `None` if the overlap lasts
    /// until the successor's first use.
    pub honoured_until: Option<Timestamp>,
}

impl Superseded {
    /// Creates a replacement at that instant by that successor. The old token is honoured at most until the successor's
    /// first use.
    #[must_use]
    pub const fn new(at: Timestamp, successor: RecordId) -> Self {
        Self { at, successor, nonce: None, honoured_until: None }
    }
}

crate::types::setters::setters!(Superseded {
    with_nonce nonce: Option<Nonce>;
    with_honoured_until honoured_until: Option<Timestamp>;
});

/// A revocation. Set once, so the first instant stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Revoked {
    /// When it was revoked.
    pub at: Timestamp,
    /// Why it was revoked.
    #[cfg_attr(feature = "serde", serde(rename = "why"))]
    pub reason: RevocationReason,
}

/// The next instant at which a notice worker must check a record. While a worker has a lease on the notice, the mark is
/// the end of the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NoticeMark {
    /// The instant.
    pub at: Timestamp,
    /// The stage of the next notice for this expiry. The stages before it are settled.
    pub stage: u8,
}

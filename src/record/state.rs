//! The states that a record can enter: replaced, revoked, or with a pending notice. Each state has its instant.

use std::fmt;

use crate::types::ids::{KeyId, RecordId};
use crate::types::revocation_reason::RevocationReason;
use crate::types::time::Timestamp;

/// A random value that is drawn for each rotation of a refresh token. The new token's secret is derived from the nonce
/// and the old token's secret, so a retry derives the same secret again. The nonce alone is not sufficient to derive
/// the secret.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Nonce {
    /// The random value itself. Each rotation draws a new one.
    pub bytes: [u8; 32],
    /// The number of the key that is used together with the nonce to derive the successor's secret.
    pub key_id: KeyId,
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nonce").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// Says that a successor has replaced the record. It is set at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Superseded {
    /// When the record was replaced.
    pub at: Timestamp,
    /// The record that replaced this one. It is in the same family.
    pub successor: RecordId,
    /// The nonce from which the successor's secret was derived. It is kept until the retry window ends. `None` after
    /// that, and for a record whose successor was not derived.
    pub nonce: Option<Nonce>,
    /// The instant until which the old token is accepted. For a refresh token, it is the end of the retry window. For a
    /// personal access token, it equals `at` if the old token is refused at once. `None` means that the old token is
    /// accepted until the first use of the successor.
    pub honoured_until: Option<Timestamp>,
}

impl Superseded {
    /// Creates the state of a record that `successor` replaced at `at`. The old token is accepted until the successor's
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

/// Says when a notice worker must next check a record, and for which notice. While a worker has a lease on the notice,
/// the instant is the end of the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NoticeMark {
    /// When a notice worker must check the record.
    pub at: Timestamp,
    /// The stage of the next notice for the current expiry: 0 is the earliest notice. The notices of earlier stages are
    /// no longer sent.
    pub stage: u8,
}

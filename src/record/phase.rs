//! Determines the phase of a record, such as live, expired or revoked. This is the first half of the decision whether a
//! credential authenticates.

use crate::record::expiry::effective_expiry;
use crate::record::limits::Limits;
use crate::record::record_ref::RecordRef;
use crate::record::retry_window;
use crate::record::state::Revoked;
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// The phase of a record. `Revoked` and `Rotated` take precedence over `Expired`: a record in one of these phases keeps
/// the phase when its expiry passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The record is neither replaced, expired nor revoked. The credential can still be refused because of its account,
    /// its client or a gate.
    Live,
    /// A successor has replaced the record. Until `until`, the record is still accepted. `None` means until the
    /// successor's first use.
    Overlap { until: Option<Timestamp> },
    /// A successor has replaced the record, which is no longer accepted. For a refresh token, a retry before
    /// `retry_until` gets the same successor as the first refresh. `None` means that no retry is possible.
    Rotated { retry_until: Option<Timestamp> },
    /// The record expired at `at`. Before `until`, it is still listed, and no other token of the owner can get its
    /// label. In this time, an expired security code can be reactivated. `until` is `None` if the time has no end.
    Expired { at: Timestamp, until: Option<Timestamp> },
    /// The record or its family is revoked.
    Revoked(Revoked),
    /// The record has ended, and the time for which it is kept is over. It is treated as absent.
    Purgeable,
}

/// Determines the phase from the record alone, without accounts or clients.
pub(crate) fn phase(record: RecordRef<'_>, limits: Limits<'_>, now: Timestamp) -> Phase {
    if record.gone_at().is_some_and(|gone_at| now.reached(gone_at)) {
        return Phase::Purgeable;
    }
    if let Some(revoked) = record.revoked() {
        return Phase::Revoked(revoked);
    }
    let expired = effective_expiry(record, limits).filter(|&expires_at| now.reached(expires_at));
    match record.superseded() {
        Some(superseded) if record.kind() == TokenKind::RefreshToken => {
            Phase::Rotated { retry_until: retry_window::open_until(record, superseded, now) }
        }
        Some(superseded) if superseded.honoured_until.is_some_and(|until| now.reached(until)) => {
            Phase::Rotated { retry_until: None }
        }
        superseded => match (expired, superseded) {
            (Some(at), _) => Phase::Expired { at, until: record.gone_at() },
            (None, Some(superseded)) => Phase::Overlap { until: superseded.honoured_until },
            (None, None) => Phase::Live,
        },
    }
}

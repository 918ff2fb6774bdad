//! The first half of the decision whether a credential authenticates: the phase of its record.

use crate::record::expiry::effective_expiry;
use crate::record::retry_window;
use crate::record::state::Revoked;
use crate::record::token_record::TokenRecord;
use crate::types::kind::TokenKind;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// The phase of a record. A revoked or used-up record is not `Expired`, even after its expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The record has not ended. The account, the client or a gate may still refuse it.
    Live,
    /// A successor has replaced the record, which is still accepted until `until`. `None` means until the successor's
    /// first use.
    Overlap { until: Option<Timestamp> },
    /// The record is used up. Before `retry_until`, a retry of the same request gets the same response.
    Rotated { retry_until: Option<Timestamp> },
    /// The record has expired. Before `until` it is listed, can be reactivated, and blocks its label.
    Expired { at: Timestamp, until: Option<Timestamp> },
    /// The record is revoked. Deleting it again also succeeds.
    Revoked(Revoked),
    /// The record has expired, and its retention has ended. It is treated as absent.
    Purgeable,
}

/// Determines the phase from the record alone, without accounts or clients.
pub(crate) fn phase(record: &TokenRecord, settings: &Settings, now: Timestamp) -> Phase {
    if record.gone_at().is_some_and(|gone_at| now.reached(gone_at)) {
        return Phase::Purgeable;
    }
    if let Some(revoked) = record.revoked() {
        return Phase::Revoked(revoked);
    }
    let expired = effective_expiry(record, settings).filter(|&expires_at| now.reached(expires_at));
    match &record.record().superseded {
        Some(superseded) if record.record().kind == TokenKind::RefreshToken => {
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

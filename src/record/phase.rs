//! The first half of the pure decision: where in its life a record stands.

use crate::record::expiry::effective_expiry;
use crate::record::state::{Revoked, Superseded};
use crate::record::token_record::TokenRecord;
use crate::types::kind::TokenKind;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

/// Where in its life a record stands. States are judged before expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Good by itself.
    Live,
    /// Replaced, and still honoured beside its successor until then (`None`: until the new one's first use).
    Overlap { until: Option<Timestamp> },
    /// Used up. A retry of the request that used it up is answered alike while `retry_until` is ahead.
    Rotated { retry_until: Option<Timestamp> },
    /// Ended by itself; can be reactivated, is listed and holds its label before `until`.
    Expired { at: Timestamp, until: Option<Timestamp> },
    /// Ended by somebody; a second deletion succeeds.
    Revoked(Revoked),
    /// Past all that keeps it: as good as not there, whether a purge ran or not.
    Purgeable,
}

/// Judges a record by itself, without looking at people or clients.
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
            Phase::Rotated { retry_until: retry_until(record, superseded, now) }
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

/// The window of a retry: only the direct parent of the newest generation, only while its nonce is there, only before its end.
fn retry_until(record: &TokenRecord, superseded: &Superseded, now: Timestamp) -> Option<Timestamp> {
    let direct_parent = record.record().generation.checked_add(1) == Some(record.family().generation);
    let until = superseded.honoured_until?;
    (direct_parent && superseded.nonce.is_some() && !now.reached(until)).then_some(until)
}

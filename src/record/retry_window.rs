//! The retry window of a refresh token, also called its grace window: when it ends, and whether it is still open. Its
//! length is `refresh_tokens.grace` of the policy.
//!
//! The window is open if [`open_until`] returns an instant for the presented token and [`closed_by`] returns `None` for
//! its successor.

use std::time::Duration;

use crate::policy::RefreshTokens;
use crate::record::record_ref::RecordRef;
use crate::record::state::Superseded;
use crate::record::token_record::TokenRecord;
use crate::types::time::Timestamp;

/// How the successor of a replaced refresh token was refreshed. The successor is the refresh token that the client got
/// for the replaced one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refresh {
    /// The refresh replaced the successor by a new refresh token.
    Rotated,
    /// The refresh kept the successor, and gave it a new expiry.
    Reused,
}

/// Whether the policy has a retry window.
pub(crate) fn is_allowed(policy: &RefreshTokens) -> bool {
    policy.grace > Duration::ZERO
}

/// The end of the window of a refresh token that is used now for the first time.
pub(crate) fn ends_at(policy: &RefreshTokens, now: Timestamp) -> Timestamp {
    now.plus_capped(policy.grace)
}

/// The end of the window of a replaced refresh token. `None` if no retry is possible: the token is not the direct
/// parent of the newest refresh token, its nonce is no longer stored, or the window has ended.
pub(crate) fn open_until(record: RecordRef<'_>, superseded: &Superseded, now: Timestamp) -> Option<Timestamp> {
    let direct_parent = record.generation().checked_add(1) == Some(record.family_generation());
    let until = superseded.honoured_until?;
    (direct_parent && superseded.nonce.is_some() && !now.reached(until)).then_some(until)
}

/// How the successor was refreshed. This refresh closes the retry window of the token that the successor has replaced.
/// `None` if the successor was never refreshed: the window is then not closed.
pub(crate) fn closed_by(successor: &TokenRecord) -> Option<Refresh> {
    let own = successor.record();
    match own.superseded {
        Some(_) => Some(Refresh::Rotated),
        None => (own.expiry_set_at != own.created_at).then_some(Refresh::Reused),
    }
}

//! What both dialects ask of records before they write, in words that need no database.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Change, FamilyParts, NewRecord, ParentUpdate, RecordParts};
use counterfoil::types::TokenKind;

/// Realm and owner of the new records; nothing where a slide brings none.
#[cfg(feature = "postgres")]
pub(crate) fn owned_by(new: &[NewRecord]) -> (&str, &str) {
    new.first().map_or(("", ""), |first| (first.realm.as_str(), first.owner.as_str()))
}

/// How many access tokens of the family may live already, so that the new ones have room. `None`: any number. Negative: the new ones
/// alone are too many.
pub(crate) fn room_beside(cap: Option<NonZeroU32>, new: &[NewRecord], now: Timestamp) -> Option<i64> {
    let lives = |new: &&NewRecord| {
        new.kind == TokenKind::AccessToken && new.expires_at.is_none_or(|expires_at| !now.reached(expires_at))
    };
    let more = i64::try_from(new.iter().filter(lives).count()).unwrap_or(i64::MAX);
    cap.filter(|_| more > 0).map(|cap| i64::from(cap.get()) - more)
}

/// The kinds of the families in which records of that kind are, from and to: a record that is no access token is of its family's kind.
pub(crate) fn families_of(kind: TokenKind) -> (i64, i64) {
    match kind {
        TokenKind::AccessToken => (0, i64::from(u8::MAX)),
        kind => (i64::from(kind.byte()), i64::from(kind.byte())),
    }
}

/// Whether the record, or its family, is revoked.
pub(crate) fn reads_as_revoked(record: &RecordParts, family: &FamilyParts) -> bool {
    record.revoked.is_some() || family.revoked.is_some()
}

/// Whether a record in that state takes that change: a shrunk one only another digest, and only a superseded one has a window to end.
pub(crate) fn accepts(record: &RecordParts, change: &Change) -> bool {
    match change {
        Change::Rekey { .. } => true,
        Change::Edit { .. } | Change::Expiry { .. } => !record.shrunk,
        Change::End { .. } => record.superseded.is_some() && !record.shrunk,
    }
}

/// Whether the parent is as the step expects it.
pub(crate) fn fits(parent: &RecordParts, step: &ParentUpdate, now: Timestamp) -> bool {
    parent.superseded.is_none()
        && match step {
            ParentUpdate::Supersede { expect, .. } => parent.version == *expect,
            ParentUpdate::Slide { .. } => !parent.expires_at.is_some_and(|expires_at| now.reached(expires_at)),
        }
}

/// Whether the family's `live_until` and `gone_at` follow this record's: the newest of the chain, and no access token beside it.
#[cfg(feature = "sqlite")]
pub(crate) fn leads(record: &RecordParts, family: &FamilyParts) -> bool {
    record.kind == family.kind && record.generation == family.generation
}

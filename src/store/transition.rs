//! The effect of each write on a record and its family, as pure functions. A store that reads and writes whole records
//! calls these functions inside its transaction. The memory store, SQLite and `counterfoil-kv` use these functions, so
//! all three behave in the same way.
//!
//! For each write, a store reads the record and the family, checks that they accept the write, changes them with these
//! functions, and writes both in one step.
//!
//! ```
//! # #[cfg(feature = "test-util")] {
//! use counterfoil::store::{Applied, Change, FamilyParts, RecordParts, StoreError, TokenRecord, transition};
//! use counterfoil::types::Version;
//! use counterfoil::Timestamp;
//!
//! /// One record of a store; the caller has its lock.
//! fn apply(
//!     record: &mut RecordParts,
//!     family: &mut FamilyParts,
//!     expect: Version,
//!     change: &Change,
//!     now: Timestamp,
//! ) -> Result<Applied, StoreError> {
//!     let joined = |record: &RecordParts, family: &FamilyParts| {
//!         TokenRecord::from_parts(record.clone(), family.clone()).map_err(|corrupt| StoreError::corrupt(Some(record.id), corrupt))
//!     };
//!     if !transition::accepts_change(record, family, expect, change) {
//!         return joined(record, family).map(Applied::Stale);
//!     }
//!     transition::change(record, family, change, now);
//!     joined(record, family).map(Applied::Done)
//! }
//! # }
//! ```

use std::num::NonZeroU32;

use crate::record::family::FamilyParts;
use crate::record::record_parts::{NewRecord, RecordParts};
use crate::record::state::{NoticeMark, Revoked, Superseded};
use crate::store::change::{Change, ParentUpdate};
use crate::types::ids::Version;
use crate::types::time::Timestamp;

/// Whether the record itself or its family is revoked.
#[must_use]
pub fn reads_as_revoked(record: &RecordParts, family: &FamilyParts) -> bool {
    record.revoked.is_some() || family.revoked.is_some()
}

/// Whether the record determines the family's `live_until` and `gone_at`. True if the record has the kind and the
/// generation of the family, so that it is the newest record that a rotation can replace. False for an access token in
/// a family whose kind is refresh token.
#[must_use]
pub fn leads(record: &RecordParts, family: &FamilyParts) -> bool {
    record.kind == family.kind && record.generation == family.generation
}

/// Whether the record accepts the change. The record must have the expected version. Neither the record nor its family
/// may be revoked. A [shrunk](RecordParts::shrink) record accepts only a new digest ([`Change::Rekey`]). Only a
/// superseded record accepts a new end of its overlap ([`Change::End`]). Only the newest record of its family accepts
/// new details. If the change is not accepted, the store returns [`Applied::Stale`](super::Applied::Stale).
#[must_use]
pub fn accepts_change(record: &RecordParts, family: &FamilyParts, expect: Version, change: &Change) -> bool {
    let suits = match change {
        Change::Rekey { .. } => true,
        Change::Edit { details: Some(_), .. } => !record.shrunk && leads(record, family),
        Change::Edit { .. } | Change::Expiry { .. } => !record.shrunk,
        Change::End { .. } => !record.shrunk && record.superseded.is_some(),
    };
    suits && record.version == expect && !reads_as_revoked(record, family)
}

/// Applies a change for which [`accepts_change`] returned true. If the change sets a label, the store must first check
/// that no other family of the owner has the label key. A family whose `gone_at` is reached does not count: the store
/// must clear the label key of that family.
pub fn change(record: &mut RecordParts, family: &mut FamilyParts, change: &Change, now: Timestamp) {
    match change {
        Change::Edit { label, description, scope, details } => {
            if let Some(relabel) = label {
                record.label = Some(relabel.label.clone());
                family.label_key.clone_from(&relabel.key);
            }
            if let Some(description) = description {
                record.description = Some(description.clone());
            }
            if let Some(scope) = scope {
                record.scope.clone_from(scope);
            }
            if let Some(details) = details {
                family.details = details.clone().and_then(|details| details.kept());
            }
        }
        Change::Expiry { expires_at, gone_at, notice } => {
            (record.expires_at, record.gone_at, record.notice) = (*expires_at, *gone_at, *notice);
            record.expiry_set_at = now;
            if leads(record, family) {
                (family.live_until, family.gone_at) = (*expires_at, *gone_at);
            }
        }
        Change::Rekey { digest, key_id } => (record.digest, record.key_id) = (*digest, *key_id),
        Change::End { honoured_until, gone_at } => {
            if let Some(superseded) = &mut record.superseded {
                superseded.honoured_until = Some(*honoured_until);
            }
            record.gone_at = record.gone_at.or(Some(*gone_at));
        }
    }
    record.version = record.version.next();
}

/// Whether the parent accepts the rotation. The parent must not be superseded. For `Supersede`, it must have the
/// expected version. For `Slide`, it must not be expired. The caller must first check [`reads_as_revoked`], because the
/// result for a revoked family is [`Rotated::FamilyEnded`](super::Rotated::FamilyEnded). If the rotation is not
/// accepted, the store returns [`Rotated::Stale`](super::Rotated::Stale).
#[must_use]
pub fn accepts_rotation(parent: &RecordParts, update: &ParentUpdate, now: Timestamp) -> bool {
    parent.superseded.is_none()
        && match update {
            ParentUpdate::Supersede { expect, .. } => parent.version == *expect,
            ParentUpdate::Slide { .. } => !parent.expires_at.is_some_and(|expires_at| now.reached(expires_at)),
        }
}

/// Whether the family counts towards a cap on live families at `now`: it is not revoked, and its `live_until` is not
/// reached.
#[must_use]
pub fn is_live(family: &FamilyParts, now: Timestamp) -> bool {
    family.revoked.is_none() && family.live_until.is_none_or(|live_until| !now.reached(live_until))
}

/// The cap that a rotation must check: the number of live families that the owner may have, if the rotation makes a
/// family live again. `None` if no cap applies. `family` is the row before the rotation.
#[must_use]
pub fn renewal_cap(family: &FamilyParts, update: &ParentUpdate, now: Timestamp) -> Option<NonZeroU32> {
    match update {
        ParentUpdate::Supersede { cap, .. } if !is_live(family, now) => *cap,
        _ => None,
    }
}

/// Whether the rotation needs a label that the family no longer has. If true, the store returns
/// [`Rotated::LabelLost`](super::Rotated::LabelLost). `family` is the row before the rotation.
#[must_use]
pub const fn lost_label(family: &FamilyParts, update: &ParentUpdate) -> bool {
    matches!(update, ParentUpdate::Supersede { labelled: true, .. }) && family.label_key.is_none()
}

/// Applies an accepted rotation to the parent and its family. `successor` is the new record that replaces the parent
/// ([`check_rotate`](super::check_rotate)). It is `None` if the parent is reused with a new expiry (`Slide`).
/// Afterwards the store adds the new records. If the parent itself had replaced an older record, the store also calls
/// [`wipe_nonce`] on that record.
pub fn rotate(
    parent: &mut RecordParts,
    family: &mut FamilyParts,
    update: &ParentUpdate,
    successor: Option<&NewRecord>,
    now: Timestamp,
) {
    family.used_at = now;
    match *update {
        ParentUpdate::Supersede { successor: id, nonce, honoured_until, gone_at, .. } => {
            parent.version = parent.version.next();
            parent.superseded = Some(Superseded { at: now, successor: id, nonce, honoured_until });
            parent.gone_at = gone_at;
            parent.notice = None;
            family.generation = family.generation.saturating_add(1);
            if let Some(successor) = successor {
                (family.live_until, family.gone_at) = (successor.expires_at, successor.gone_at);
            }
        }
        ParentUpdate::Slide { expires_at, gone_at, .. } => {
            parent.expires_at = later(parent.expires_at, expires_at);
            parent.gone_at = later(parent.gone_at, gone_at);
            parent.expiry_set_at = now;
            if leads(parent, family) {
                family.live_until = later(family.live_until, expires_at);
                family.gone_at = later(family.gone_at, gone_at);
            }
        }
    }
}

/// The later of the two instants. If `old` is `None`, there is no end, so the result is `None`.
fn later(old: Option<Timestamp>, new: Timestamp) -> Option<Timestamp> {
    old.map(|old| old.max(new))
}

/// Removes the nonce of a superseded record, because a family has at most one nonce. Returns whether there was a nonce.
pub fn wipe_nonce(older: &mut RecordParts) -> bool {
    older.superseded.as_mut().and_then(|superseded| superseded.nonce.take()).is_some()
}

/// Revokes one record. The caller must first check that [`reads_as_revoked`] is false for the record, because the
/// instant of an earlier revocation must stay.
pub fn revoke_record(record: &mut RecordParts, revoked: Revoked, gone_at: Timestamp) {
    (record.revoked, record.gone_at, record.notice) = (Some(revoked), Some(gone_at), None);
}

/// Revokes a family with all its members, and frees its label. If the family is already revoked, changes nothing and
/// returns false.
pub fn revoke_family(family: &mut FamilyParts, revoked: Revoked, gone_at: Timestamp) -> bool {
    let standing = family.revoked.is_none();
    if standing {
        (family.revoked, family.gone_at, family.label_key) = (Some(revoked), Some(gone_at), None);
    }
    standing
}

/// Whether a use of the credential at the instant `at` must be written to the record. True if `at` is later than the
/// stored last use, or if no use is stored. Always false if a purge has reduced the record ([`RecordParts::shrink`]).
#[must_use]
pub fn is_touched(record: &RecordParts, at: Timestamp) -> bool {
    !record.shrunk && record.last_used_at.is_none_or(|used| used < at)
}

/// Claims a notice. A record's mark says when its next notice is due. A claim moves the mark from `held.at` to
/// `lease_until`. Returns whether the claim succeeded. It fails if the record no longer has the mark `held`, if
/// `lease_until` is not later than `held.at`, or if a purge has reduced the record ([`RecordParts::shrink`]).
pub fn claim(record: &mut RecordParts, held: NoticeMark, lease_until: Timestamp) -> bool {
    let wins = !record.shrunk && record.notice == Some(held) && held.at < lease_until;
    if wins {
        record.notice = Some(NoticeMark { at: lease_until, stage: held.stage });
    }
    wins
}

/// Ends the claim of a notice. Adds `sent`, if it is given, to the notices that the record remembers as sent. If the
/// record still has the notice mark `held`, also sets the mark to `next` and returns true. If the record has another
/// mark or none, leaves the mark as it is and returns false. The store must write the record in both cases, because
/// `sent` may have been added.
///
/// A record that a purge has reduced ([`RecordParts::shrink`]) is not changed, and the result is false.
pub fn settle(
    record: &mut RecordParts,
    held: NoticeMark,
    next: Option<NoticeMark>,
    sent: Option<(Timestamp, u8)>,
) -> bool {
    if record.shrunk {
        return false;
    }
    if let Some((expiry, stage)) = sent {
        record.remember_notice(expiry, stage);
    }
    let holds = record.notice == Some(held);
    if holds {
        record.notice = next;
    }
    holds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::samples::{at, record, sign_in, superseded, t0};
    use crate::types::kind::TokenKind;

    /// Checks that no claim, settlement or last use changes a shrunk record that still has a notice mark. Shrinking a
    /// record removes its mark, so only a damaged row can have both.
    #[test]
    fn a_shrunk_record_with_a_notice_is_not_claimed_settled_or_touched() {
        let mark = NoticeMark { at: at(5), stage: 0 };
        let read = record(TokenKind::RefreshToken, sign_in(false, at(900)), Some(at(100)), |record, family| {
            record.superseded = Some(superseded(t0(), None));
            family.generation = 1;
        });
        let (mut shrunk, _) = read.into_parts();
        shrunk.shrink();
        shrunk.notice = Some(mark);
        let was = shrunk.clone();
        assert!(!claim(&mut shrunk, mark, at(9)));
        assert!(!settle(&mut shrunk, mark, None, Some((at(100), 0))));
        assert!(!is_touched(&shrunk, at(9)));
        assert_eq!((shrunk.notice, shrunk.noticed), (was.notice, was.noticed));
    }
}

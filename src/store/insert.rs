//! The arguments and results of inserts.

use std::num::NonZeroU32;

use crate::record::family::NewFamily;
use crate::record::state::Revoked;
use crate::types::ids::{FamilyId, RecordId};
use crate::types::time::Timestamp;

/// Where new records are inserted.
#[derive(Clone, Copy, Debug)]
pub enum InsertInto<'a> {
    /// The records start a new family.
    Found {
        /// The family.
        family: &'a NewFamily,
        /// The cap on live families. `None` means no cap.
        cap: Option<Cap>,
        /// The limit on records created within a period. `None` means no limit.
        pace: Option<Pace>,
    },
    /// The records join an existing family. The family must not be revoked, and must have the given generation.
    Join {
        /// The family.
        family: FamilyId,
        /// The generation that the family must have.
        generation: u64,
        /// The largest number of live access tokens of the family, including the new access tokens. `None` means no
        /// cap. An access token is live if it is not revoked individually and `now < expires_at`. An access token
        /// without an expiry is always live. The cap is checked only if one of the new records is a live access token.
        access_cap: Option<NonZeroU32>,
    },
}

/// The cap on live families. It counts the families that have the realm, owner, kind and client of the new family, that
/// are not revoked, and whose `live_until` is not reached at the `now` of the insert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// The largest number of live families, including the new family.
    pub limit: NonZeroU32,
    /// What happens when the limit is reached.
    pub when_full: WhenFull,
}

/// What an insert does when its cap is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// The insert writes nothing and returns [`Inserted::OwnerFull`].
    Refuse,
    /// The insert revokes counted families, in ascending order of `(used_at, id)`, until the new family no longer
    /// exceeds the limit. The insert and the revocations are one step.
    End {
        /// The revocation that is stored in the ended families.
        revoked: Revoked,
        /// The instant from which the ended families may be purged.
        gone_at: Timestamp,
    },
}

/// A limit on how many records are created, or how many rotations are made, within a period.
///
/// An insert counts the listed records with `created_at > since` that have the new family's realm, owner and kind.
/// Deleted records count, and shrunk records do not count. A rotation checks a single record of the family's kind,
/// which the `limit`-th most recent rotation superseded. The generation of this record is the parent's generation minus
/// `limit`. The limit is reached if this record exists and has `superseded.at > since`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The largest number of records created, or of rotations made, after `since`.
    pub limit: NonZeroU32,
    /// Only records or rotations after this instant count.
    pub since: Timestamp,
}

/// The result of an insert. If there are several reasons to refuse, the result is the variant that is declared first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Inserted {
    /// All records are inserted.
    Done,
    /// All records are inserted, and these families were revoked because of the cap. Their order is unspecified.
    MadeRoom(Vec<FamilyId>),
    /// The family to join is revoked or does not exist. Nothing was written.
    FamilyEnded,
    /// This id is already taken. Nothing was written. If several of the new ids are taken, the result names any one of
    /// them.
    IdTaken(RecordId),
    /// The family with this id has the label. Nothing was written.
    LabelTaken(FamilyId),
    /// The family has a different generation. Nothing was written.
    FamilyMoved,
    /// The owner already has as many live families as the cap allows. Nothing was written.
    OwnerFull,
    /// The limit on created records is reached. Nothing was written.
    PaceReached {
        /// The creation time of the `limit`-th newest counted record. An insert is possible again when `since` is this
        /// instant or later.
        oldest: Timestamp,
    },
    /// The family would have more live access tokens than the cap allows. Nothing was written.
    FamilyFull {
        /// The earliest expiry of the family's live access tokens, or [`Timestamp::MAX`] if none of them expires. The
        /// new records do not count. If the family has no live access token, and the new records alone exceed the cap,
        /// this is the `now` of the call.
        until: Timestamp,
    },
}

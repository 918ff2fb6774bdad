//! The arguments and results of inserts.

use std::num::NonZeroU32;

use crate::record::family::NewFamily;
use crate::record::state::Revoked;
use crate::types::ids::{FamilyId, RecordId};
use crate::types::time::Timestamp;

/// Where new records are inserted.
#[derive(Clone, Copy, Debug)]
pub enum InsertInto<'a> {
    /// Into a new family.
    Found {
        /// The family.
        family: &'a NewFamily,
        /// The cap on live families. `None` means no cap.
        cap: Option<Cap>,
        /// The cap on records created within a period. `None` means no cap.
        pace: Option<Pace>,
    },
    /// Into an existing family. The family must not be revoked, and must have the given generation.
    Join {
        /// The family.
        family: FamilyId,
        /// The generation that the family must have.
        generation: u64,
        /// The most live access tokens of the family, including the new ones. `None` means no cap. An access token is
        /// live if it is not revoked itself and `now < expires_at`. Without an expiry it is always live. Nothing is
        /// counted if none of the new records is a live access token.
        access_cap: Option<NonZeroU32>,
    },
}

/// The cap on live families. A family counts if it has the realm, owner, kind and client of the new family, is not
/// revoked, and its `live_until` is not reached at the `now` of the insert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// The most live families, including the new one.
    pub limit: NonZeroU32,
    /// What happens when the limit is reached.
    pub when_full: WhenFull,
}

/// What an insert does when its cap is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// The insert writes nothing and returns [`Inserted::OwnerFull`].
    Refuse,
    /// The insert revokes families that count, in ascending order of `(used_at, id)`, until there is room for the new
    /// family. All this is one step.
    End {
        /// The revocation that is stored in the ended families.
        revoked: Revoked,
        /// When the ended families may be purged.
        gone_at: Timestamp,
    },
}

/// A limit on the number of records created or rotations made within a period.
///
/// An insert counts the listed records of the new family's realm, owner and kind that have `created_at > since`.
/// Deleted records count, and shrunk records do not. A rotation looks at the `limit`-th rotation before it: the
/// superseded record of the family's kind in generation (parent's generation − `limit`). The pace is reached if this
/// record has `superseded.at > since`. If there is no such record, the pace is not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The most records created, or rotations made, after `since`.
    pub limit: NonZeroU32,
    /// Only records or rotations after this instant count.
    pub since: Timestamp,
}

/// The result of an insert. If several refusals apply, the first in this list is returned.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Inserted {
    /// All records are inserted.
    Done,
    /// All records are inserted, and these families were revoked to make room. Their order is unspecified.
    MadeRoom(Vec<FamilyId>),
    /// The family to join is revoked or does not exist. Nothing was written.
    FamilyEnded,
    /// This id is taken. Nothing was written. If several of the new ids are taken, the result names any one of them.
    IdTaken(RecordId),
    /// The family with this id holds the label. Nothing was written.
    LabelTaken(FamilyId),
    /// The family has another generation. Nothing was written.
    FamilyMoved,
    /// The owner already has as many live families as the cap allows. Nothing was written.
    OwnerFull,
    /// The pace allows no further record now. Nothing was written.
    PaceReached {
        /// When the `limit`-th newest of the counted records was created. The pace has room again once `since` reaches
        /// this instant.
        oldest: Timestamp,
    },
    /// The family already has as many live access tokens as allowed. Nothing was written.
    FamilyFull {
        /// When the first live access token of the family expires, or [`Timestamp::MAX`] if none expires. The new
        /// records do not count. If the family has no live access token and the new ones alone exceed the cap, this is
        /// the `now` of the call.
        until: Timestamp,
    },
}

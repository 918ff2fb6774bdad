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
        /// The cap on live families. `None`: no cap.
        cap: Option<Cap>,
        /// The cap on records created within a period. `None`: no cap.
        pace: Option<Pace>,
    },
    /// Into an existing family. Requires that the family is not revoked and is at the given generation.
    Join {
        /// The family.
        family: FamilyId,
        /// The generation that the family must have.
        generation: u64,
        /// The most live access tokens of the family, including the new ones. `None`: no cap. An access token is live
        /// while it is not revoked itself and `now < expires_at`; without an expiry it is always live. Nothing is
        /// counted if none of the new records is a live access token.
        access_cap: Option<NonZeroU32>,
    },
}

/// The cap on live families. It counts the families of the new family's realm, owner, kind and client that are not
/// revoked and whose `live_until` is not reached at the `now` of the insert.
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
    /// It writes nothing and returns [`Inserted::OwnerFull`].
    Refuse,
    /// It revokes counted families in the same step, the least `(used_at, id)` first, until there is room for the new
    /// one.
    End {
        /// The revocation that is stored in the ended families.
        revoked: Revoked,
        /// When the ended families may be purged.
        gone_at: Timestamp,
    },
}

/// A limit on records created within a period. Each use says what is counted.
///
/// An insert counts the records of the new family's realm, owner and kind that are listed (deleted ones too, shrunk
/// ones not) and have `created_at > since`. A rotation looks at the member whose supersession was the `limit`-th
/// before it: the superseded record of the family's kind and of generation (parent's generation − `limit`). The pace
/// is reached if that record has `superseded.at > since`. If there is no such record, the pace is not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The most records created after `since`.
    pub limit: NonZeroU32,
    /// Only records after this instant are counted.
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
    /// The family to join is revoked or does not exist; nothing was written.
    FamilyEnded,
    /// The id is taken; nothing was written. If several of the new ids are taken, any one of them is named.
    IdTaken(RecordId),
    /// The named family holds the label; nothing was written.
    LabelTaken(FamilyId),
    /// The family is at another generation; nothing was written.
    FamilyMoved,
    /// The owner already has as many live families as the cap allows; nothing was written.
    OwnerFull,
    /// As many records were created as the pace allows; nothing was written.
    PaceReached {
        /// When the `limit`-th newest of them was created. The pace has room again once `since` reaches this instant.
        oldest: Timestamp,
    },
    /// The family already has as many live access tokens as allowed; nothing was written.
    FamilyFull {
        /// When the first of them expires, or [`Timestamp::MAX`] if none expires. The new records do not count. If the
        /// family has no live access token, so that the new ones alone exceed the cap: the `now` of the call.
        until: Timestamp,
    },
}

//! The arguments and results of inserts.

use std::num::NonZeroU32;

use crate::record::family::NewFamily;
use crate::record::state::Revoked;
use crate::types::ids::{FamilyId, RecordId};
use crate::types::time::Timestamp;

/// Whether an insert starts a new family or adds to an existing one.
#[derive(Clone, Copy, Debug)]
pub enum InsertInto<'a> {
    /// The new records start a new family.
    Found {
        /// The new family.
        family: &'a NewFamily,
        /// The cap on live families of the owner. `None` means no cap.
        cap: Option<Cap>,
        /// The limit on records created within a period. `None` means no limit.
        pace: Option<Pace>,
    },
    /// The records join an existing family. The family must not be revoked, and must have the given generation.
    Join {
        /// The id of the existing family.
        family: FamilyId,
        /// The generation that the family must have.
        generation: u64,
        /// The largest number of live access tokens of the family, including the new access tokens. `None` means no
        /// cap. An access token is live if it is not revoked individually and `now < expires_at`. An access token
        /// without an expiry is always live. A shrunk access token has lost its expiry, so a store may count it as live
        /// until it is removed, or not count it at all. The cap is checked only if one of the new records is a live
        /// access token.
        access_cap: Option<NonZeroU32>,
    },
}

/// The cap on live families. It counts only families that have the realm, owner, kind and client of the new family. A
/// family does not count if it is revoked, or if its `live_until` is reached at the `now` of the insert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// The largest number of live families, including the new family.
    pub limit: NonZeroU32,
    /// What the insert does if the new family would exceed the limit.
    pub when_full: WhenFull,
}

/// What an insert does when its cap is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// The insert writes nothing and returns [`Inserted::OwnerFull`].
    Refuse,
    /// The insert makes room by revoking counted families in ascending order of `(used_at, id)`, the least recently
    /// used first. It revokes no more families than are needed for the new family. The revocations and the insert are
    /// one step.
    ///
    /// The label of the new family is checked before any revocation. If a family that would be revoked has this label,
    /// and the stored `gone_at` of that family is not reached, the insert writes nothing and returns
    /// [`Inserted::LabelTaken`].
    End {
        /// The instant and the reason that are stored as the revocation of the families that make room.
        revoked: Revoked,
        /// The instant from which the families that make room may be purged.
        gone_at: Timestamp,
    },
}

/// A limit on how many records are created, or how many rotations are made, after the instant `since`.
///
/// For an insert, the limit is reached if at least `limit` records of the new family's realm, owner and kind have
/// `created_at > since`. Revoked records count, and shrunk records do not count.
///
/// For a rotation, the limit is reached if the family was rotated at least `limit` times after `since`. Each rotation
/// supersedes one generation. So the `limit`-th most recent rotation superseded generation `g - limit`, where `g` is
/// the generation of the record to rotate. A store reads one record of the family: the record that has this generation
/// and the kind of the family. The limit is reached if that record exists and has `superseded.at > since`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The largest number of records created, or of rotations made, after `since`.
    pub limit: NonZeroU32,
    /// The start of the period: the limit applies to records that were created, or rotations that were made, after this
    /// instant.
    pub since: Timestamp,
}

/// The result of an insert. If there are several reasons to refuse, the result is the variant that is declared first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Inserted {
    /// All records are inserted.
    Done,
    /// All records are inserted. To stay within the cap, the insert also revoked the families with these ids, in an
    /// unspecified order.
    MadeRoom(Vec<FamilyId>),
    /// The family to join is revoked or does not exist. Nothing was written.
    FamilyEnded,
    /// The id of one of the new records is already taken. Nothing was written. If several ids are taken, any one of
    /// them is returned.
    IdTaken(RecordId),
    /// Another family of the owner already has the label. Contains the id of that family. Nothing was written.
    LabelTaken(FamilyId),
    /// The family to join does not have the expected generation. Nothing was written.
    FamilyMoved,
    /// The owner already has as many live families as the cap allows. Nothing was written.
    OwnerFull,
    /// The limit on created records is reached. Nothing was written.
    PaceReached {
        /// The creation time of the `limit`-th newest counted record. Only records that were created after
        /// [`Pace::since`] count. So a later insert with the same limit is not refused for this reason if its `since`
        /// is `oldest` or later.
        oldest: Timestamp,
    },
    /// The family would have more live access tokens than the cap allows. Nothing was written.
    FamilyFull {
        /// The earliest expiry of the live access tokens that the family had before the call. [`Timestamp::MAX`] if the
        /// family had live access tokens, but none of them expires. The `now` of the call if the family had no live
        /// access token, so that the new records alone exceed the cap.
        until: Timestamp,
    },
}

//! The arguments and results of changes, rotations and revocations.

use std::num::NonZeroU32;

use crate::crypto::digest::Digest;
use crate::record::state::{Nonce, NoticeMark};
use crate::record::token_record::TokenRecord;
use crate::store::insert::Pace;
use crate::types::description::Description;
use crate::types::ids::{FamilyId, KeyId, OwnerId, RecordId, Version};
use crate::types::label::{Label, LabelKey};
use crate::types::realm::Realm;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

/// A new label and its key. The family holds the key.
#[derive(Clone, Debug)]
pub struct Relabel {
    /// The label text.
    pub label: Label,
    /// The key. `None` if labels need not be unique: the family then holds no key.
    pub key: Option<LabelKey>,
}

/// A change of one record. In an edit, `None` leaves a value unchanged.
#[derive(Clone, Debug)]
pub enum Change {
    /// Changes label, description or scope.
    Edit {
        /// The label, together with the family's key.
        label: Option<Relabel>,
        /// The description.
        description: Option<Description>,
        /// The scope. `Some(None)` removes it.
        scope: Option<Option<Scope>>,
    },
    /// Changes the expiry and sets `expiry_set_at = now`. The family's `live_until` and `gone_at` become this record's
    /// `expires_at` and `gone_at` if the record is of the family's kind and newest generation. An access token beside a
    /// refresh token never sets them.
    Expiry {
        /// The new expiry. `None` means permanent.
        expires_at: Option<Timestamp>,
        /// When the record may be purged.
        gone_at: Option<Timestamp>,
        /// The notice mark that belongs to the new expiry.
        notice: Option<NoticeMark>,
    },
    /// Replaces the digest by a digest of the same secret under another key.
    Rekey {
        /// The digest.
        digest: Digest,
        /// The key.
        key_id: KeyId,
    },
    /// Ends the overlap of a superseded record: sets `superseded.honoured_until`, and sets `gone_at` if it is not set.
    /// The result is `Stale` if the record is not superseded.
    End {
        /// The instant from which the superseded record is no longer honoured.
        honoured_until: Timestamp,
        /// When the record may be purged.
        gone_at: Timestamp,
    },
}

/// The result of a change.
#[derive(Clone, Debug)]
#[must_use]
pub enum Applied {
    /// Changed. Contains the record as written.
    Done(TokenRecord),
    /// The version differs, or the record or its family is revoked. Contains the current record.
    Stale(TokenRecord),
    /// The family with this id holds the label. Nothing was written.
    LabelTaken(FamilyId),
    /// The record does not exist.
    Missing,
}

/// How a rotation updates the parent.
#[derive(Clone, Copy, Debug)]
pub enum ParentUpdate {
    /// Supersedes the parent. The parent's version increases by 1, its `superseded` is set, and its notice is cleared.
    /// The family's generation increases by 1, its `live_until` and `gone_at` become the successor's, and its `used_at`
    /// becomes now. The grandparent's nonce is wiped. Nothing is removed: an older generation stays until its
    /// `gone_at`.
    Supersede {
        /// The version that the parent must have.
        expect: Version,
        /// The new record that follows the parent.
        successor: RecordId,
        /// The nonce. `None` in a hand-over.
        nonce: Option<Nonce>,
        /// The instant until which the parent is honoured.
        honoured_until: Option<Timestamp>,
        /// When the parent may be purged. `None` in a hand-over that ends with the successor's first use.
        gone_at: Option<Timestamp>,
        /// The cap on rotations of the family within a period. `None` means no cap.
        pace: Option<Pace>,
        /// The cap on live access tokens, as in [`InsertInto::Join`](crate::store::InsertInto::Join).
        access_cap: Option<NonZeroU32>,
    },
    /// Extends the parent and keeps its version. `expires_at` and `gone_at` only move forward, and `expiry_set_at`
    /// becomes now. If the parent is of the family's kind and generation, the family's `live_until` and `gone_at` move
    /// too. The family's `used_at` becomes now. Requires that the parent is not superseded and `now < expires_at`. The
    /// parent need not be the newest record: for an access token, or a record of an older generation, only its own two
    /// instants move.
    Slide {
        /// The new expiry.
        expires_at: Timestamp,
        /// When the parent may be purged.
        gone_at: Timestamp,
        /// The cap on live access tokens, as in [`InsertInto::Join`](crate::store::InsertInto::Join).
        access_cap: Option<NonZeroU32>,
    },
}

/// The result of a rotation. If several refusals apply, the first in this list is returned.
#[derive(Clone, Debug)]
#[must_use]
pub enum Rotated {
    /// Everything is written.
    Done,
    /// The parent does not exist.
    Missing,
    /// The parent or its family is revoked. Nothing was written.
    FamilyEnded,
    /// The parent is not as expected: it is superseded, or has another version, or (for a slide) has expired. Contains
    /// the current record. Nothing was written.
    Stale(TokenRecord),
    /// This id is taken. Nothing was written. If several of the new ids are taken, the result names any one of them.
    IdTaken(RecordId),
    /// The pace allows no further rotation now. Nothing was written.
    PaceReached {
        /// When the `limit`-th rotation before this one was made.
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

/// What a call revokes.
#[derive(Clone, Copy, Debug)]
pub enum Revoke<'a> {
    /// One record, which is an access token. Its notice is cleared, and its family keeps the label.
    One(&'a RecordId),
    /// A family with all its members. The family's label becomes free.
    Family {
        /// The realm. Nothing changes if the family belongs to another realm.
        realm: &'a Realm,
        /// The owner. Nothing changes if the family belongs to another owner.
        owner: &'a OwnerId,
        /// The family.
        family: FamilyId,
    },
    /// All families of an owner, one by one, at most `limit` per call.
    Owner {
        /// The realm.
        realm: &'a Realm,
        /// The owner.
        owner: &'a OwnerId,
    },
}

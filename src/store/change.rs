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

/// A new label, and the key that the family gets with it.
#[derive(Clone, Debug)]
pub struct Relabel {
    /// The label text.
    pub label: Label,
    /// The key. `None` if labels need not be unique. The family then occupies no key.
    pub key: Option<LabelKey>,
}

/// A change of one record. In an edit, a field that is `None` leaves its value unchanged.
#[derive(Clone, Debug)]
pub enum Change {
    /// Changes label, description or scope.
    Edit {
        /// The new label, and the new label key of the family.
        label: Option<Relabel>,
        /// The description.
        description: Option<Description>,
        /// The scope. `Some(None)` removes the scope.
        scope: Option<Option<Scope>>,
    },
    /// Changes the expiry, and sets `expiry_set_at` to now. If the record has the family's kind and newest generation,
    /// the family's `live_until` and `gone_at` are set to `expires_at` and `gone_at` of this record. An access token
    /// that belongs to a refresh token never changes the family.
    Expiry {
        /// The new expiry. `None` means permanent.
        expires_at: Option<Timestamp>,
        /// The instant from which the record may be purged.
        gone_at: Option<Timestamp>,
        /// The mark of the next notice for the new expiry.
        notice: Option<NoticeMark>,
    },
    /// Replaces the digest by a digest of the same secret under a different key.
    Rekey {
        /// The digest.
        digest: Digest,
        /// The key under which the digest was computed.
        key_id: KeyId,
    },
    /// Ends the overlap of a superseded record: sets `superseded.honoured_until`, and sets `gone_at` if the record has
    /// none. The result is `Stale` if the record is not superseded.
    End {
        /// The instant from which the superseded record is no longer accepted.
        honoured_until: Timestamp,
        /// The instant from which the record may be purged.
        gone_at: Timestamp,
    },
}

/// The result of a change.
#[derive(Clone, Debug)]
#[must_use]
pub enum Applied {
    /// The record was changed. Contains the record as written.
    Done(TokenRecord),
    /// The version is not the expected version, or the record or its family is revoked. Nothing was written. Contains
    /// the current record.
    Stale(TokenRecord),
    /// The family with this id has the label. Nothing was written.
    LabelTaken(FamilyId),
    /// The record does not exist.
    Missing,
}

/// How a rotation updates the parent.
#[derive(Clone, Copy, Debug)]
pub enum ParentUpdate {
    /// Supersedes the parent. The parent's version increases by 1, its `superseded` is set, and its notice is cleared.
    /// The nonce of the grandparent is removed. In the family, the generation increases by 1, `live_until` and
    /// `gone_at` are set to those of the successor, and `used_at` is set to now. No record is removed: an older
    /// generation stays until its `gone_at`.
    Supersede {
        /// The version that the parent must have.
        expect: Version,
        /// The id of the new record that replaces the parent.
        successor: RecordId,
        /// The nonce. `None` if a personal access token is rotated.
        nonce: Option<Nonce>,
        /// The instant until which the parent is accepted. `None` means until the successor's first use.
        honoured_until: Option<Timestamp>,
        /// The instant from which the parent may be purged. `None` if its overlap lasts until the successor's first
        /// use.
        gone_at: Option<Timestamp>,
        /// The limit on rotations of the family within a period. `None` means no limit.
        pace: Option<Pace>,
        /// The cap on live access tokens. See [`InsertInto::Join`](crate::store::InsertInto::Join).
        access_cap: Option<NonZeroU32>,
    },
    /// Extends the parent without a new version. It requires that the parent is not superseded and `now < expires_at`.
    /// `expires_at` and `gone_at` are never set to an earlier instant, and `expiry_set_at` is set to now. If the parent
    /// has the family's kind and generation, the family's `live_until` and `gone_at` are extended too. The family's
    /// `used_at` is set to now. The parent need not be the newest record. For an access token, or a record of an older
    /// generation, only its own two instants are extended.
    Slide {
        /// The new expiry.
        expires_at: Timestamp,
        /// The instant from which the parent may be purged.
        gone_at: Timestamp,
        /// The cap on live access tokens. See [`InsertInto::Join`](crate::store::InsertInto::Join).
        access_cap: Option<NonZeroU32>,
    },
}

/// The result of a rotation. If there are several reasons to refuse, the result is the variant that is declared first.
#[derive(Clone, Debug)]
#[must_use]
pub enum Rotated {
    /// Everything is written.
    Done,
    /// The parent does not exist.
    Missing,
    /// The parent or its family is revoked. Nothing was written.
    FamilyEnded,
    /// The parent is superseded, has a different version, or (for a slide) has expired. Contains the current record.
    /// Nothing was written.
    Stale(TokenRecord),
    /// This id is already taken. Nothing was written. If several of the new ids are taken, the result names any one of
    /// them.
    IdTaken(RecordId),
    /// The limit on rotations is reached. Nothing was written.
    PaceReached {
        /// The instant of the `limit`-th most recent rotation of the family.
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

/// The records that a call revokes.
#[derive(Clone, Copy, Debug)]
pub enum Revoke<'a> {
    /// One record, which is an access token. Its notice is cleared. The label of its family does not change.
    One(&'a RecordId),
    /// A family with all its members. Its label becomes free.
    Family {
        /// The realm. If the family belongs to another realm, nothing changes.
        realm: &'a Realm,
        /// The owner. If the family belongs to another owner, nothing changes.
        owner: &'a OwnerId,
        /// The family.
        family: FamilyId,
    },
    /// All families of an owner. They are revoked one by one, at most `limit` per call.
    Owner {
        /// The realm.
        realm: &'a Realm,
        /// The owner.
        owner: &'a OwnerId,
    },
}

//! The arguments and results of changes, rotations and revocations.

use std::num::NonZeroU32;

use crate::crypto::digest::Digest;
use crate::record::family_details::FamilyDetails;
use crate::record::state::{Nonce, NoticeMark};
use crate::record::token_record::TokenRecord;
use crate::store::insert::Pace;
use crate::types::description::Description;
use crate::types::ids::{FamilyId, KeyId, OwnerId, RecordId, Version};
use crate::types::label::{Label, LabelKey};
use crate::types::realm::Realm;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

/// A new label of a record, and the new label key of its family.
#[derive(Clone, Debug)]
pub struct Relabel {
    /// The new label, as people see it.
    pub label: Label,
    /// The new label in the form in which labels are compared. No other family of the owner has the same key. `None` if
    /// labels need not be unique. The family then has no label key.
    pub key: Option<LabelKey>,
}

/// A change of one record by [`TokenStore::apply`](crate::store::TokenStore::apply).
#[derive(Clone, Debug)]
pub enum Change {
    /// Changes label, description, scope or details. A field that is `None` leaves the stored value unchanged.
    Edit {
        /// The new label, and the new label key of the family.
        label: Option<Relabel>,
        /// The new description.
        description: Option<Description>,
        /// The new scope. `Some(None)` removes the scope.
        scope: Option<Option<Scope>>,
        /// The new details of the family. `Some(None)` removes the details. The changed record must be the newest one
        /// of the family, that is, have the family's `kind` and `generation`. Otherwise the result is `Stale`. So each
        /// change of the details also changes the version of the newest record, and two concurrent changes cannot
        /// overwrite each other.
        details: Option<Option<Box<FamilyDetails>>>,
    },
    /// Changes the expiry, and sets `expiry_set_at` to now. If the record has the same `kind` and `generation` as its
    /// family, the family's `live_until` and `gone_at` are also set, to the new `expires_at` and `gone_at`. For any
    /// other record, the family does not change. For example, a new expiry of an access token does not change a family
    /// whose kind is refresh token.
    Expiry {
        /// The new expiry. `None` means permanent.
        expires_at: Option<Timestamp>,
        /// The instant from which the record may be purged. `None` means never.
        gone_at: Option<Timestamp>,
        /// When a notice worker must check whether to send a notice about the new expiry, and the stage of that notice.
        /// `None` if no notice is planned.
        notice: Option<NoticeMark>,
    },
    /// Replaces the digest by a digest of the same secret under a different key.
    Rekey {
        /// The new digest.
        digest: Digest,
        /// The key under which the new digest was computed.
        key_id: KeyId,
    },
    /// Sets the end of the overlap, which is the time in which a superseded record and its successor are both accepted.
    /// The end is stored in `superseded.honoured_until`. A record without a `gone_at` also gets the given `gone_at`.
    /// The result is `Stale` if the record is not superseded.
    End {
        /// The instant from which the superseded record is no longer accepted.
        honoured_until: Timestamp,
        /// The instant from which the record may be purged. Ignored if the record already has a `gone_at`.
        gone_at: Timestamp,
    },
}

/// The result of a [`Change`]. If there are several reasons to refuse, the result is the variant that is declared
/// first.
#[derive(Clone, Debug)]
#[must_use]
pub enum Applied {
    /// The record was changed. Contains the record as written.
    Done(TokenRecord),
    /// The record does not have the expected version, does not accept this change, or is revoked, or its family is
    /// revoked. Nothing was written. Contains the current record.
    Stale(TokenRecord),
    /// Another family of the owner already has the new label. Contains the id of that family. Nothing was written.
    LabelTaken(FamilyId),
    /// The record to change does not exist.
    Missing,
}

/// How a rotation updates the parent, which is the record that is rotated.
#[derive(Clone, Copy, Debug)]
pub enum ParentUpdate {
    /// Supersedes the parent: a new record, the successor, replaces it. The parent's version increases by 1, its
    /// `superseded` is set, and its notice is cleared. If the parent itself had replaced an older record, the nonce of
    /// that older record is erased.
    ///
    /// In the family, the generation increases by 1, and `used_at` is set to now. `live_until` is set to the
    /// successor's `expires_at`, and `gone_at` to the successor's `gone_at`. No record is removed: a superseded record
    /// stays until its own `gone_at`.
    ///
    /// The core supersedes only the newest record of the family: its kind is the family's `kind`, and its generation is
    /// the family's `generation`. A store may get a call for another parent. The contract promises only that such a
    /// call is one atomic step. It does not say how the field `pace` is checked, which records keep their nonce, or
    /// which `live_until` and `gone_at` the family gets.
    Supersede {
        /// The version that the parent must have.
        expect: Version,
        /// The id of the new record that replaces the parent.
        successor: RecordId,
        /// The random value that is stored in the parent. A retry of the rotation derives the same successor from it.
        /// `None` if a personal access token is rotated.
        nonce: Option<Nonce>,
        /// The instant until which the parent is accepted. `None` means until the successor's first use.
        honoured_until: Option<Timestamp>,
        /// The instant from which the parent may be purged. `None` if its overlap lasts until the successor's first
        /// use.
        gone_at: Option<Timestamp>,
        /// Whether the family must still have its label key. If another family has taken the label in the meantime, the
        /// result is [`Rotated::LabelLost`].
        labelled: bool,
        /// The largest number of live families of the owner, including this one. `None` means no cap. The cap is
        /// checked only if the family itself is not live at `now`, because its `live_until` is reached. Families are
        /// counted as for [`Cap`](crate::store::Cap).
        cap: Option<NonZeroU32>,
        /// The limit on rotations of the family within a period. `None` means no limit.
        pace: Option<Pace>,
        /// The cap on live access tokens of the family. See [`InsertInto::Join`](crate::store::InsertInto::Join).
        access_cap: Option<NonZeroU32>,
    },
    /// Extends the lifetime of the parent. The parent keeps its version, and need not be the newest record of its
    /// family. It must not be superseded, and `now < expires_at` must be true.
    ///
    /// The parent's `expiry_set_at` and the family's `used_at` are set to now. The parent's `expires_at` and `gone_at`
    /// are set to the given instants, unless the stored ones are later. If the parent has the family's `kind` and
    /// `generation`, the family's `live_until` and `gone_at` are set in the same way.
    Slide {
        /// The new expiry of the parent, unless the stored expiry is later.
        expires_at: Timestamp,
        /// The instant from which the parent may be purged, unless the stored `gone_at` is later.
        gone_at: Timestamp,
        /// The cap on live access tokens of the family. See [`InsertInto::Join`](crate::store::InsertInto::Join).
        access_cap: Option<NonZeroU32>,
    },
}

/// The result of a rotation. If there are several reasons to refuse, the result is the variant that is declared first.
#[derive(Clone, Debug)]
#[must_use]
pub enum Rotated {
    /// The parent and its family were updated, and all new records were inserted.
    Done,
    /// The parent does not exist.
    Missing,
    /// The parent or its family is revoked. Nothing was written.
    FamilyEnded,
    /// The parent is superseded, has a different version, or (for a slide) has expired. Contains the current record.
    /// Nothing was written.
    Stale(TokenRecord),
    /// The id of one of the new records is already taken. Nothing was written. If several ids are taken, any one of
    /// them is returned.
    IdTaken(RecordId),
    /// The family must have a label key and has none, because another family of the owner took the label. Nothing was
    /// written.
    LabelLost,
    /// The owner already has as many live families as the cap allows. Nothing was written.
    OwnerFull,
    /// The limit on rotations is reached. Nothing was written.
    PaceReached {
        /// The instant of the `limit`-th most recent rotation of the family. Only rotations after [`Pace::since`]
        /// count. So a later call with the same limit is not refused if its `since` is `oldest` or later.
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

/// What a call of [`TokenStore::revoke`](crate::store::TokenStore::revoke) revokes: one record, one family, or all
/// families of an owner.
#[derive(Clone, Copy, Debug)]
pub enum Revoke<'a> {
    /// One access token. Its notice is cleared. Its family is not revoked and keeps its label.
    One(&'a RecordId),
    /// A family with all its records. When the family is revoked, its label becomes free, so another family of the
    /// owner can get this label.
    Family {
        /// The realm of the family. If the family belongs to another realm, nothing changes.
        realm: &'a Realm,
        /// The owner of the family. If the family belongs to another owner, nothing changes.
        owner: &'a OwnerId,
        /// The family to revoke.
        family: FamilyId,
    },
    /// All families of an owner. They are revoked one by one, at most `limit` per call.
    Owner {
        /// The realm of the families.
        realm: &'a Realm,
        /// The owner of the families.
        owner: &'a OwnerId,
    },
}

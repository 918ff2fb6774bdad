//! The arguments and results of the store contract.

use std::num::NonZeroU32;

use crate::crypto::digest::Digest;
use crate::record::family::NewFamily;
use crate::record::state::{Nonce, NoticeMark, Revoked, Superseded};
use crate::record::token_record::TokenRecord;
use crate::types::description::Description;
use crate::types::ids::{FamilyId, KeyId, OwnerId, RecordId, Version};
use crate::types::kind::TokenKind;
use crate::types::label::{Label, LabelKey};
use crate::types::realm::Realm;
use crate::types::scope::Scope;
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

/// A new label, with the key that the family holds.
#[derive(Clone, Debug)]
pub struct Relabel {
    /// The label text.
    pub label: Label,
    /// The key. `None` if labels need not be unique: the family then holds no key.
    pub key: Option<LabelKey>,
}

/// A change of one record. `None` in an edit leaves the value unchanged.
#[derive(Clone, Debug)]
pub enum Change {
    /// Changes label, description or scope.
    Edit {
        /// The label, and the family's key with it.
        label: Option<Relabel>,
        /// The description.
        description: Option<Description>,
        /// The scope.
        scope: Option<Option<Scope>>,
    },
    /// Changes the expiry and sets `expiry_set_at = now`. If the record is the newest of its family and of the
    /// family's kind, also sets the family's `live_until` (to `expires_at`) and `gone_at`. An access token never sets
    /// the family's values.
    Expiry {
        /// `None`: permanent.
        expires_at: Option<Timestamp>,
        /// When the record may be purged.
        gone_at: Option<Timestamp>,
        /// The notice mark that belongs to the new expiry.
        notice: Option<NoticeMark>,
    },
    /// Replaces the digest by one of the same secret under another key.
    Rekey {
        /// The digest.
        digest: Digest,
        /// The key.
        key_id: KeyId,
    },
    /// Ends the old half of a hand-over: sets `superseded.honoured_until`, and `gone_at` if none is set. Stale if the
    /// record is not superseded.
    End {
        /// From when on the old half is not honoured.
        honoured_until: Timestamp,
        /// When the record may be purged.
        gone_at: Timestamp,
    },
}

/// The result of a change.
#[derive(Clone, Debug)]
#[must_use]
pub enum Applied {
    /// The record as written.
    Done(TokenRecord),
    /// The version differs, or the record reads as revoked. Contains the current record.
    Stale(TokenRecord),
    /// The named family holds the label; nothing was written.
    LabelTaken(FamilyId),
    /// No such record.
    Missing,
}

/// The parent's update in a rotation.
#[derive(Clone, Copy, Debug)]
pub enum ParentUpdate {
    /// Supersedes the parent. Parent: version + 1, `superseded` set, notice cleared. Family: generation + 1,
    /// `live_until` and `gone_at` become the successor's, `used_at` becomes now. The grandparent's nonce is wiped.
    /// Nothing is removed: an older generation stays until its `gone_at`.
    Supersede {
        /// The version that the parent must have.
        expect: Version,
        /// The new record that follows the parent.
        successor: RecordId,
        /// `None` in a hand-over.
        nonce: Option<Nonce>,
        /// Until when the parent is honoured.
        honoured_until: Option<Timestamp>,
        /// When the parent may be purged; `None` in a hand-over that the first use ends.
        gone_at: Option<Timestamp>,
        /// The cap on rotations of the family within a period. `None`: no cap.
        pace: Option<Pace>,
        /// As in [`InsertInto::Join`].
        access_cap: Option<NonZeroU32>,
    },
    /// Extends the parent and keeps its version. `expires_at` and `gone_at` move forward only, and
    /// `expiry_set_at = now`. If the parent is of the family's kind and generation, the family's `live_until` and
    /// `gone_at` move with them. The family's `used_at` becomes now. Requires that the parent is not superseded and
    /// `now < expires_at`. It need not be the newest: an access token, or a record of an older generation, moves its
    /// own ends only.
    Slide {
        /// The new expiry.
        expires_at: Timestamp,
        /// When the parent may be purged.
        gone_at: Timestamp,
        /// As in [`InsertInto::Join`].
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
    /// The parent or its family is revoked; nothing was written.
    FamilyEnded,
    /// The parent is not as expected (or, for a slide, is superseded or expired). Contains the current record.
    /// Nothing was written.
    Stale(TokenRecord),
    /// The id is taken; nothing was written. If several of the new ids are taken, any one of them is named.
    IdTaken(RecordId),
    /// As many rotations were made as the pace allows; nothing was written.
    PaceReached {
        /// When the `limit`-th rotation before this one was made.
        oldest: Timestamp,
    },
    /// The family already has as many live access tokens as allowed; nothing was written.
    FamilyFull {
        /// When the first of them expires, or [`Timestamp::MAX`] if none expires. The new records do not count. If the
        /// family has no live access token, so that the new ones alone exceed the cap: the `now` of the call.
        until: Timestamp,
    },
}

/// What a call revokes.
#[derive(Clone, Copy, Debug)]
pub enum Revoke<'a> {
    /// One record (an access token). Its family keeps the label. Its notice is cleared.
    One(&'a RecordId),
    /// A family with all its members. Frees its label.
    Family {
        /// The realm. A family of another realm is not changed.
        realm: &'a Realm,
        /// The owner. A family of another owner is not changed.
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

/// What a call lists.
#[derive(Clone, Copy, Debug)]
pub enum Listing<'a> {
    /// One owner's records of one kind, by (`created_at`, `id`) descending.
    Owner {
        /// The realm.
        realm: &'a Realm,
        /// The owner.
        owner: &'a OwnerId,
        /// The kind.
        kind: TokenKind,
        /// Which of the records.
        show: Show,
    },
    /// A realm's records of one kind, by id.
    Kind {
        /// The realm.
        realm: &'a Realm,
        /// The kind.
        kind: TokenKind,
    },
}

/// Which records of an owner are listed. Shrunk records are never listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// All records, including deleted and replaced ones.
    All,
    /// The records that are current at `now`: not revoked, neither themselves nor their family; not superseded, or
    /// still honoured (`honoured_until` is `None` or later than `now`); and `gone_at` is `None` or later than `now`.
    Standing {
        /// The instant.
        now: Timestamp,
    },
}

impl Show {
    /// Whether that record is listed.
    #[must_use]
    pub fn shows(self, record: &TokenRecord) -> bool {
        let own = record.record();
        let stands = |now: Timestamp| {
            let honoured = |superseded: &Superseded| superseded.honoured_until.is_none_or(|until| !now.reached(until));
            record.revoked().is_none()
                && own.superseded.as_ref().is_none_or(honoured)
                && record.gone_at().is_none_or(|gone_at| !now.reached(gone_at))
        };
        !own.shrunk
            && match self {
                Self::All => true,
                Self::Standing { now } => stands(now),
            }
    }
}

/// The progress of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Progress {
    /// The number of changed items.
    pub changed: u64,
    /// Whether another call has work left.
    pub more: bool,
}

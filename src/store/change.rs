//! What a store is asked to do, and what it answers: the values of the store contract.

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

/// Where new records go.
#[derive(Clone, Copy, Debug)]
pub enum InsertInto<'a> {
    /// Into a new family.
    Found {
        /// The family.
        family: &'a NewFamily,
        /// How many families may live; `None`: any number.
        cap: Option<Cap>,
        /// How many records may be made in a time; `None`: any number.
        pace: Option<Pace>,
    },
    /// Into a family that is there, only while it is not revoked and at that generation.
    Join {
        /// The family.
        family: FamilyId,
        /// The generation it must be at.
        generation: u64,
        /// The most live access tokens of the family, the new ones included; `None`: any number. An access token is live
        /// while it is not revoked by itself and `now < expires_at`; one without an expiry always. Where none of the new
        /// records is a live access token, nothing is counted.
        access_cap: Option<NonZeroU32>,
    },
}

/// How many families may live at once. Counted are those of the new family's realm, owner, kind and client that are not
/// revoked and whose `live_until` is not reached at the `now` of the insert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// The most live families, the new one included.
    pub limit: NonZeroU32,
    /// What happens where the limit is reached.
    pub when_full: WhenFull,
}

/// What an insert does where its cap is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// It writes nothing and answers [`Inserted::OwnerFull`].
    Refuse,
    /// It revokes counted families in its own step, the least `(used_at, id)` first, until the new one has room.
    End {
        /// What the ended families say of their end.
        revoked: Revoked,
        /// When the ended families may be purged.
        gone_at: Timestamp,
    },
}

/// How many may be made in a time. Each use says what is counted.
///
/// An insert counts the records of the new family's realm, owner and kind that are listed (deleted ones too, shrunk ones
/// not) and have `created_at > since`. A rotation looks at the member whose supersession was the `limit`-th before it: the
/// superseded record of the family's kind and of generation (parent's generation − `limit`). The pace is reached where that
/// one has `superseded.at > since`; where it is not there, it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The most that may be made after `since`.
    pub limit: NonZeroU32,
    /// The instant after which is counted.
    pub since: Timestamp,
}

/// What became of an insert. Where several refusals fit, the one that is listed first is given.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Inserted {
    /// All are in.
    Done,
    /// All are in, and these families were revoked to make room, in no promised order.
    MadeRoom(Vec<FamilyId>),
    /// The family to join is revoked or not there; nothing was written.
    FamilyEnded,
    /// That id is taken; nothing was written.
    IdTaken(RecordId),
    /// That family holds the label; nothing was written.
    LabelTaken(FamilyId),
    /// The family is at another generation; nothing was written.
    FamilyMoved,
    /// The owner has as many live families as the cap allows; nothing was written.
    OwnerFull,
    /// As many records were made as the pace allows; nothing was written.
    PaceReached {
        /// When the `limit`-th newest of them was made: the pace has room again once `since` reaches it.
        oldest: Timestamp,
    },
    /// The family has as many live access tokens as it may; nothing was written.
    FamilyFull {
        /// When the first of them expires; [`Timestamp::MAX`] where none does.
        until: Timestamp,
    },
}

/// A new label with the key that the family is to hold.
#[derive(Clone, Debug)]
pub struct Relabel {
    /// The text that is shown.
    pub label: Label,
    /// The key; `None` where labels need not be unique: the family then holds none.
    pub key: Option<LabelKey>,
}

/// A change of one record. What is `None` in an edit stays as it is.
#[derive(Clone, Debug)]
pub enum Change {
    /// Another label, description or scope.
    Edit {
        /// The label, and the family's key with it.
        label: Option<Relabel>,
        /// The description.
        description: Option<Description>,
        /// The scope.
        scope: Option<Option<Scope>>,
    },
    /// Another expiry: sets `expiry_set_at = now`, and where the record is the newest of its family and of the family's kind, the family's
    /// `live_until` (to `expires_at`) and `gone_at`: an access token leads nobody.
    Expiry {
        /// `None`: permanent.
        expires_at: Option<Timestamp>,
        /// When it may be purged.
        gone_at: Option<Timestamp>,
        /// The mark that goes with it.
        notice: Option<NoticeMark>,
    },
    /// The same secret digested under another key.
    Rekey {
        /// The digest.
        digest: Digest,
        /// The key.
        key_id: KeyId,
    },
    /// The end of a hand-over's old half: sets `superseded.honoured_until`, and `gone_at` where none is set. Stale where it is not superseded.
    End {
        /// From when on the old one is not honoured.
        honoured_until: Timestamp,
        /// When it may be purged.
        gone_at: Timestamp,
    },
}

/// What became of a change.
#[derive(Clone, Debug)]
#[must_use]
pub enum Applied {
    /// The record as written.
    Done(TokenRecord),
    /// The version is another, or the record reads as revoked: what stands there.
    Stale(TokenRecord),
    /// That family holds the label; nothing was written.
    LabelTaken(FamilyId),
    /// No such record.
    Missing,
}

/// The parent's step in a rotation.
#[derive(Clone, Copy, Debug)]
pub enum ParentUpdate {
    /// The parent is used up: version + 1, `superseded` set, its notice cleared; the family's generation + 1, its `live_until` and `gone_at` the
    /// successor's, its `used_at` now; the grandparent's nonce wiped. Nothing is removed: an older generation stays until its `gone_at`.
    Supersede {
        /// The version that the parent must have.
        expect: Version,
        /// Which of the new records follows it.
        successor: RecordId,
        /// `None` in a hand-over.
        nonce: Option<Nonce>,
        /// Until when the parent is honoured.
        honoured_until: Option<Timestamp>,
        /// When the parent may be purged; `None` in a hand-over that the first use ends.
        gone_at: Option<Timestamp>,
        /// How many rotations of the family may be made in a time; `None`: any number.
        pace: Option<Pace>,
        /// As in [`InsertInto::Join`].
        access_cap: Option<NonZeroU32>,
    },
    /// The parent goes on, no version: `expires_at` and `gone_at` move forward only, `expiry_set_at = now`, and the family's `live_until` and `gone_at`
    /// with them where it is of the family's kind; the family's `used_at` becomes now; only while it is not superseded and `now < expires_at`.
    Slide {
        /// The new expiry.
        expires_at: Timestamp,
        /// When it may be purged.
        gone_at: Timestamp,
        /// As in [`InsertInto::Join`].
        access_cap: Option<NonZeroU32>,
    },
}

/// What became of a rotation. Where several refusals fit, the one that is listed first is given.
#[derive(Clone, Debug)]
#[must_use]
pub enum Rotated {
    /// All of it is written.
    Done,
    /// No such parent.
    Missing,
    /// The parent or its family is revoked; nothing was written.
    FamilyEnded,
    /// The parent is not as expected (or, for a slide, is superseded or expired): what stands there. Nothing was written.
    Stale(TokenRecord),
    /// That id is taken; nothing was written.
    IdTaken(RecordId),
    /// As many rotations were made as the pace allows; nothing was written.
    PaceReached {
        /// When the `limit`-th rotation before this one was made.
        oldest: Timestamp,
    },
    /// The family has as many live access tokens as it may; nothing was written.
    FamilyFull {
        /// When the first of them expires; [`Timestamp::MAX`] where none does.
        until: Timestamp,
    },
}

/// What is to be revoked.
#[derive(Clone, Copy, Debug)]
pub enum Revoke<'a> {
    /// One record (an access token). Frees no label. Its notice is cleared.
    One(&'a RecordId),
    /// A family, all members at once; frees its label.
    Family {
        /// Its realm; another realm's family is left alone.
        realm: &'a Realm,
        /// Its owner; another owner's family is left alone.
        owner: &'a OwnerId,
        /// Which.
        family: FamilyId,
    },
    /// All families of an owner, one by one, at most `limit` a call.
    Owner {
        /// The realm.
        realm: &'a Realm,
        /// The owner.
        owner: &'a OwnerId,
    },
}

/// What is listed.
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
        /// Which of them.
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

/// Which records of an owner are listed. Shrunk ones never are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// All, deleted and replaced ones too.
    All,
    /// Those that stand at `now`: not revoked, by themselves or with their family; not superseded, or honoured still
    /// (`honoured_until` is `None` or later than `now`); and `gone_at` is `None` or later than `now`.
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

/// How far a batch came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Progress {
    /// How many were changed.
    pub changed: u64,
    /// Whether another call has something left to do.
    pub more: bool,
}

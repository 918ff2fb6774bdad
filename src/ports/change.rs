//! What a store is asked to do, and what it answers: the values of the store contract.

use std::num::NonZeroU32;

use crate::counterfoil::family::NewFamily;
use crate::counterfoil::record::TokenRecord;
use crate::counterfoil::state::{Nonce, NoticeMark};
use crate::instruments::digest::Digest;
use crate::words::description::Description;
use crate::words::ids::{FamilyId, KeyId, OwnerId, RecordId, Version};
use crate::words::kind::TokenKind;
use crate::words::label::{Label, LabelKey};
use crate::words::realm::Realm;
use crate::words::scope::Scope;
use crate::words::time::Ts;

/// Where new records go.
#[derive(Clone, Copy, Debug)]
pub enum Home<'a> {
    /// Into a new family, within `cap` live families of (realm, owner, kind).
    Found {
        /// The family.
        family: &'a NewFamily,
        /// The most live families, this one included; `None`: any number.
        cap: Option<NonZeroU32>,
    },
    /// Into a family that is there, only while it is not revoked and at that generation.
    Join {
        /// The family.
        family: FamilyId,
        /// The generation it must be at.
        generation: u64,
    },
}

/// What became of an insert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Inserted {
    /// All are in.
    Done,
    /// That id is taken; nothing was written.
    IdTaken(RecordId),
    /// That family holds the label; nothing was written.
    LabelTaken(FamilyId),
    /// The owner has as many live families as the cap allows; nothing was written.
    OwnerFull,
    /// The family is at another generation; nothing was written.
    FamilyMoved,
    /// The family is revoked or not there; nothing was written.
    FamilyEnded,
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
        expires_at: Option<Ts>,
        /// When it may be purged.
        gone_at: Option<Ts>,
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
        honoured_until: Ts,
        /// When it may be purged.
        gone_at: Ts,
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
pub enum Step {
    /// The parent is used up: version + 1, `superseded` set, its notice cleared; the family's generation + 1, its `live_until` and `gone_at` the
    /// successor's; the grandparent's nonce wiped; the superseded record of the generation `keep` before the new one removed.
    Supersede {
        /// The version that the parent must have.
        expect: Version,
        /// Which of the new records follows it.
        successor: RecordId,
        /// `None` in a hand-over.
        nonce: Option<Nonce>,
        /// Until when the parent is honoured.
        honoured_until: Option<Ts>,
        /// When the parent may be purged; `None` in a hand-over that the first use ends.
        gone_at: Option<Ts>,
        /// How many generations are kept.
        keep: u32,
    },
    /// The parent goes on, no version: `expires_at` and `gone_at` move forward only, `expiry_set_at = now`, and the family's `live_until` and `gone_at`
    /// with them where it is of the family's kind; only while it is not superseded and `now < expires_at`.
    Slide {
        /// The new expiry.
        expires_at: Ts,
        /// When it may be purged.
        gone_at: Ts,
    },
}

/// What became of a rotation.
#[derive(Clone, Debug)]
#[must_use]
pub enum Rotated {
    /// All of it is written.
    Done,
    /// The parent is not as expected (or, for a slide, is superseded or expired): what stands there. Nothing was written.
    Stale(TokenRecord),
    /// That id is taken; nothing was written.
    IdTaken(RecordId),
    /// The parent or its family is revoked; nothing was written.
    FamilyEnded,
    /// No such parent.
    Missing,
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
    },
    /// A realm's records of one kind, by id.
    Kind {
        /// The realm.
        realm: &'a Realm,
        /// The kind.
        kind: TokenKind,
    },
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

//! The record: what is kept of a credential, joined with its family's row when it is read.

use std::fmt;

use crate::crypto::digest::Digest;
use crate::record::family::{FamilyBody, FamilyParts};
use crate::record::state::{NoticeMark, Revoked, Superseded};
use crate::types::description::Description;
use crate::types::ids::{KeyId, OwnerId, RecordId, Version};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::realm::Realm;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

/// The most notices that are remembered as sent.
pub const NOTICED_MAX: usize = 8;

/// A record to be inserted.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// The public id.
    pub id: RecordId,
    /// Where it belongs.
    pub realm: Realm,
    /// Whom it is listed under.
    pub owner: OwnerId,
    /// What it is.
    pub kind: TokenKind,
    /// What it was made from: the refresh token of an access token, the token that a rotation replaced.
    pub parent: Option<RecordId>,
    /// How many rotations came before it.
    pub generation: u64,
    /// When.
    pub created_at: Timestamp,
    /// What it may do; `None`: all that its owner may.
    pub scope: Option<Scope>,
    /// What its owner calls it.
    pub label: Option<Label>,
    /// What a security code is for.
    pub description: Option<Description>,
    /// Of the secret, bound to realm, kind and id.
    pub digest: Digest,
    /// Under which key.
    pub key_id: KeyId,
    /// When it expires; `None`: never, on purpose.
    pub expires_at: Option<Timestamp>,
    /// When it may be purged; `None` while nothing ends it.
    pub gone_at: Option<Timestamp>,
    /// When a notice worker must look.
    pub notice: Option<NoticeMark>,
}

/// A record's own fields as a store keeps them; which step moves which is in [`TokenStore`](crate::store::TokenStore).
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RecordParts {
    /// The public id.
    pub id: RecordId,
    /// Where it belongs.
    pub realm: Realm,
    /// Whom it is listed under.
    pub owner: OwnerId,
    /// What it is.
    pub kind: TokenKind,
    /// What it was made from.
    pub parent: Option<RecordId>,
    /// How many rotations came before it.
    pub generation: u64,
    /// When.
    pub created_at: Timestamp,
    /// What it may do; `None`: all that its owner may.
    pub scope: Option<Scope>,
    /// What its owner calls it.
    pub label: Option<Label>,
    /// What a security code is for.
    pub description: Option<Description>,
    /// Of the secret, bound to realm, kind and id.
    pub digest: Digest,
    /// Under which key.
    pub key_id: KeyId,
    /// Moved by `apply` and by `Supersede`, by nothing else.
    pub version: Version,
    /// When it expires; `None`: never, on purpose.
    pub expires_at: Option<Timestamp>,
    /// When `expires_at` was last set.
    pub expiry_set_at: Timestamp,
    /// When it may be purged; `None` while nothing ends it.
    pub gone_at: Option<Timestamp>,
    /// Replaced by a successor.
    pub superseded: Option<Superseded>,
    /// Revoked by itself; what the family's revocation adds is in [`TokenRecord::revoked`].
    pub revoked: Option<Revoked>,
    /// The last successful use that was written.
    pub last_used_at: Option<Timestamp>,
    /// When a notice worker must look.
    pub notice: Option<NoticeMark>,
    /// Notices sent, as (expiry they spoke of, stage); at most [`NOTICED_MAX`], the oldest dropped.
    pub noticed: Vec<(Timestamp, u8)>,
    /// Whether it was cut down to what reuse detection needs.
    pub shrunk: bool,
}

impl From<NewRecord> for RecordParts {
    fn from(new: NewRecord) -> Self {
        let NewRecord { id, realm, owner, kind, parent, generation, created_at, .. } = new;
        let NewRecord { scope, label, description, digest, key_id, expires_at, gone_at, notice, .. } = new;
        Self {
            id,
            realm,
            owner,
            kind,
            parent,
            generation,
            created_at,
            scope,
            label,
            description,
            digest,
            key_id,
            version: Version::FIRST,
            expires_at,
            expiry_set_at: created_at,
            gone_at,
            superseded: None,
            revoked: None,
            last_used_at: None,
            notice,
            noticed: Vec::new(),
            shrunk: false,
        }
    }
}

impl RecordParts {
    /// Cuts a superseded record down to what reuse detection needs: id, digest, key, generation, version, successor, `gone_at`. Nonce, label,
    /// description, scope, use and notices go; the times read as the instant of the rotation. Nothing happens to other records.
    pub fn shrink(&mut self) {
        let Some(superseded) = &mut self.superseded else { return };
        superseded.nonce = None;
        self.created_at = superseded.at;
        self.expiry_set_at = superseded.at;
        self.parent = None;
        self.scope = None;
        self.label = None;
        self.description = None;
        self.expires_at = None;
        self.last_used_at = None;
        self.notice = None;
        self.noticed = Vec::new();
        self.shrunk = true;
    }

    /// Remembers a notice as sent, dropping the oldest beyond [`NOTICED_MAX`].
    pub fn remember_notice(&mut self, expiry: Timestamp, stage: u8) {
        if !self.noticed.contains(&(expiry, stage)) {
            if self.noticed.len() >= NOTICED_MAX {
                self.noticed.remove(0);
            }
            self.noticed.push((expiry, stage));
        }
    }
}

/// A stored record that contradicts itself: impossible, so it is told and never believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Corrupt {
    /// The record is of one family and the row of another, or they differ in realm or owner.
    #[error("record and family row do not belong together")]
    Family,
    /// A column does not decode.
    #[error("column {column} does not decode")]
    Column {
        /// Its name.
        column: &'static str,
    },
    /// Something other than a security code without expiry where its family has an end, or the like.
    #[error("states contradict each other: {rule}")]
    States {
        /// The rule that is broken.
        rule: &'static str,
    },
}

/// A record as it was read: its own fields and its family's row.
///
/// Invariants, checked by the one constructor: record and family name one family, realm and owner; a shrunk record is superseded; a
/// superseded record is of an older generation than its family; no record is of a newer one; `noticed` holds at most eight.
#[derive(Clone)]
pub struct TokenRecord(Box<Joined>);

/// The two halves side by side, checked once. The store in memory keeps records so: a read is one copy, and nothing is
/// compared again.
#[derive(Clone)]
pub(crate) struct Joined {
    record: RecordParts,
    family: FamilyParts,
}

impl Joined {
    /// Joins two halves: the one constructor.
    #[inline]
    pub(crate) fn new(record: RecordParts, family: FamilyParts) -> Result<Self, Corrupt> {
        consistent(&record, &family).map(|()| Self { record, family })
    }
}

#[cfg(feature = "memory")]
impl Joined {
    pub(crate) fn record(&self) -> &RecordParts {
        &self.record
    }

    pub(crate) fn family(&self) -> &FamilyParts {
        &self.family
    }
}

impl Joined {
    /// Nothing in particular: copied where there is nothing to copy, so that an unknown id costs what a wrong secret does.
    pub(crate) const BLANK: Self = Self { record: RecordParts::BLANK, family: FamilyParts::BLANK };

    /// A copy as it is read.
    #[inline]
    pub(crate) fn to_record(&self) -> TokenRecord {
        // Copied field by field into the box: clones made beside it and moved in would be written three times over, and a move that
        // reads what was just written piece by piece waits for it.
        let mut copy = Box::new(Self::BLANK);
        self.record.copy_into(&mut copy.record);
        self.family.copy_into(&mut copy.family);
        TokenRecord(copy)
    }
}

fn consistent(record: &RecordParts, family: &FamilyParts) -> Result<(), Corrupt> {
    if record.id.family() != family.id || record.realm != family.realm || record.owner != family.owner {
        return Err(Corrupt::Family);
    }
    if record.shrunk && record.superseded.is_none() {
        return Err(Corrupt::States { rule: "a shrunk record is superseded" });
    }
    if record.generation > family.generation {
        return Err(Corrupt::States { rule: "no record is newer than its family" });
    }
    if record.superseded.is_some() && record.generation == family.generation {
        return Err(Corrupt::States { rule: "a superseded record is older than its family" });
    }
    if record.noticed.len() > NOTICED_MAX {
        return Err(Corrupt::States { rule: "at most eight notices are remembered" });
    }
    Ok(())
}

impl TokenRecord {
    /// Joins what a store read.
    ///
    /// # Errors
    ///
    /// [`Corrupt`] where the parts contradict each other.
    pub fn from_parts(record: RecordParts, family: FamilyParts) -> Result<Self, Corrupt> {
        Joined::new(record, family).map(|joined| Self(Box::new(joined)))
    }

    /// The two halves again.
    #[must_use]
    pub fn into_parts(self) -> (RecordParts, FamilyParts) {
        let Joined { record, family } = *self.0;
        (record, family)
    }

    /// What a principal takes over: label and scope, moved out.
    pub(crate) fn into_label_and_scope(self) -> (Option<Label>, Option<Scope>) {
        let Joined { record: RecordParts { label, scope, .. }, .. } = *self.0;
        (label, scope)
    }

    /// The record's own fields.
    #[must_use]
    pub fn record(&self) -> &RecordParts {
        &self.0.record
    }

    /// The family's row.
    #[must_use]
    pub fn family(&self) -> &FamilyParts {
        &self.0.family
    }

    /// What the family was opened for.
    #[must_use]
    pub fn body(&self) -> &FamilyBody {
        &self.0.family.body
    }

    /// Revoked by itself or with its family; the earlier wins.
    #[must_use]
    pub fn revoked(&self) -> Option<Revoked> {
        match (self.0.record.revoked, self.0.family.revoked) {
            (Some(own), Some(family)) => Some(if own.at <= family.at { own } else { family }),
            (own, family) => own.or(family),
        }
    }

    /// When it may be purged: the family's tombstone where that is revoked, else the record's own instant.
    #[must_use]
    pub fn gone_at(&self) -> Option<Timestamp> {
        if self.0.family.revoked.is_some() { self.0.family.gone_at } else { self.0.record.gone_at }
    }

    /// Whether it is the newest of its chain.
    #[must_use]
    pub fn is_newest(&self) -> bool {
        self.0.record.generation == self.0.family.generation
    }
}

impl fmt::Debug for TokenRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRecord").field("record", &self.0.record).field("family", &self.0.family).finish()
    }
}

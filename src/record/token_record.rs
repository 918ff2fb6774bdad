//! The stored record of a credential, joined with its family's row when it is read.

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

/// The most notices that are recorded as sent.
pub const NOTICED_MAX: usize = 8;

/// A record to insert.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewRecord {
    /// The public id.
    pub id: RecordId,
    /// The realm.
    pub realm: Realm,
    /// The owner under whom it is listed.
    pub owner: OwnerId,
    /// The kind.
    pub kind: TokenKind,
    /// The parent: the refresh token of an access token, or the token that a rotation replaced.
    pub parent: Option<RecordId>,
    /// The number of earlier rotations.
    pub generation: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// The scope; `None`: all rights of its owner.
    pub scope: Option<Scope>,
    /// The owner's name for it.
    pub label: Option<Label>,
    /// The purpose of a security code.
    pub description: Option<Description>,
    /// The digest of the secret, bound to realm, kind and id.
    pub digest: Digest,
    /// The key of the digest.
    pub key_id: KeyId,
    /// When it expires; `None`: permanent.
    pub expires_at: Option<Timestamp>,
    /// When it may be purged; `None` while it has no end.
    pub gone_at: Option<Timestamp>,
    /// When a notice worker must look at it.
    pub notice: Option<NoticeMark>,
}

/// A record's own fields as stored. [`TokenStore`](crate::store::TokenStore) defines which step changes which field.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct RecordParts {
    /// The public id.
    pub id: RecordId,
    /// The realm.
    pub realm: Realm,
    /// The owner under whom it is listed.
    pub owner: OwnerId,
    /// The kind.
    pub kind: TokenKind,
    /// The parent: the refresh token of an access token, or the token that a rotation replaced.
    pub parent: Option<RecordId>,
    /// The number of earlier rotations.
    pub generation: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// The scope; `None`: all rights of its owner.
    pub scope: Option<Scope>,
    /// The owner's name for it.
    pub label: Option<Label>,
    /// The purpose of a security code.
    pub description: Option<Description>,
    /// The digest of the secret, bound to realm, kind and id.
    pub digest: Digest,
    /// The key of the digest.
    pub key_id: KeyId,
    /// Changed only by `apply` and `Supersede`.
    pub version: Version,
    /// When it expires; `None`: permanent.
    pub expires_at: Option<Timestamp>,
    /// When `expires_at` was last set.
    pub expiry_set_at: Timestamp,
    /// When it may be purged; `None` while it has no end.
    pub gone_at: Option<Timestamp>,
    /// Replaced by a successor.
    pub superseded: Option<Superseded>,
    /// The record's own revocation. [`TokenRecord::revoked`] includes the family's.
    pub revoked: Option<Revoked>,
    /// The last successful use that was written.
    pub last_used_at: Option<Timestamp>,
    /// When a notice worker must look at it.
    pub notice: Option<NoticeMark>,
    /// Notices sent, as (expiry, stage). At most [`NOTICED_MAX`]; the oldest is dropped.
    pub noticed: Vec<(Timestamp, u8)>,
    /// Whether it was reduced to what reuse detection needs.
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
    /// Reduces a superseded record to what reuse detection needs: id, digest, key, generation, version, successor,
    /// `gone_at`. Nonce, label, description, scope, use and notices are removed; the other times become the instant
    /// of the rotation. Other records are not changed.
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

    /// Records a notice as sent, and drops the oldest beyond [`NOTICED_MAX`].
    pub fn remember_notice(&mut self, expiry: Timestamp, stage: u8) {
        if !self.noticed.contains(&(expiry, stage)) {
            if self.noticed.len() >= NOTICED_MAX {
                self.noticed.remove(0);
            }
            self.noticed.push((expiry, stage));
        }
    }
}

/// A stored record that contradicts itself. Valid writes cannot produce one, so it is reported and never trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Corrupt {
    /// Record and family row belong to different families, or differ in realm or owner.
    #[error("record and family row do not belong together")]
    Family,
    /// A column does not decode.
    #[error("column {column} does not decode")]
    Column {
        /// The column's name.
        column: &'static str,
    },
    /// The states contradict each other, for example a shrunk record that is not superseded.
    #[error("states contradict each other: {rule}")]
    States {
        /// The broken rule.
        rule: &'static str,
    },
}

/// A record as read: its own fields and its family's row.
///
/// Invariants, checked by the only constructor: record and family have the same family id, realm and owner; a shrunk
/// record is superseded; a superseded record is of an older generation than its family; no record is of a newer one;
/// `noticed` holds at most eight.
#[derive(Clone)]
pub struct TokenRecord(Box<Joined>);

/// Both halves in one value, checked once. The memory store keeps records in this form, so a read is one copy without
/// another check.
#[derive(Clone)]
pub(crate) struct Joined {
    record: RecordParts,
    family: FamilyParts,
}

impl Joined {
    /// Joins two halves. The only constructor.
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
    /// A placeholder. It is copied if there is no record, so that an unknown id costs as much as a wrong secret.
    pub(crate) const BLANK: Self = Self { record: RecordParts::BLANK, family: FamilyParts::BLANK };

    /// A copy, as a read returns it.
    #[inline]
    pub(crate) fn to_record(&self) -> TokenRecord {
        // Copied field by field: cloning and moving costs two more copies (see the `authenticate` bench).
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
    /// Joins the parts that a store has read.
    ///
    /// # Errors
    ///
    /// [`Corrupt`] if the parts contradict each other.
    pub fn from_parts(record: RecordParts, family: FamilyParts) -> Result<Self, Corrupt> {
        Joined::new(record, family).map(|joined| Self(Box::new(joined)))
    }

    /// Splits the record into its two halves.
    #[must_use]
    pub fn into_parts(self) -> (RecordParts, FamilyParts) {
        let Joined { record, family } = *self.0;
        (record, family)
    }

    /// Label and scope, moved out for a principal.
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

    /// The purpose of the family.
    #[must_use]
    pub fn body(&self) -> &FamilyBody {
        &self.0.family.body
    }

    /// The record's own revocation or its family's, whichever is earlier.
    #[must_use]
    pub fn revoked(&self) -> Option<Revoked> {
        match (self.0.record.revoked, self.0.family.revoked) {
            (Some(own), Some(family)) => Some(if own.at <= family.at { own } else { family }),
            (own, family) => own.or(family),
        }
    }

    /// When it may be purged: the end of the family's tombstone if the family is revoked, otherwise the record's own
    /// instant.
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

//! The fields of a record, without its family.

use crate::crypto::digest::Digest;
use crate::record::state::{NoticeMark, Revoked, Superseded};
use crate::types::description::Description;
use crate::types::ids::{KeyId, OwnerId, RecordId, Version};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::realm::Realm;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

/// The largest number of sent notices that are stored in a record.
pub const NOTICED_MAX: usize = 8;

/// A record to insert. It lacks the fields that only later writes set, such as the revocation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewRecord {
    /// The public id of the record.
    pub id: RecordId,
    /// The realm to which the record belongs.
    pub realm: Realm,
    /// The owner of the credential: an account, or the realm for a security code.
    pub owner: OwnerId,
    /// The kind of the credential.
    pub kind: TokenKind,
    /// The parent: the refresh token of an access token, or the token that a rotation replaced. `None` if there is
    /// neither.
    pub parent: Option<RecordId>,
    /// The generation: the number of rotations before this record was created.
    pub generation: u64,
    /// When the credential was created. For an imported token, the instant at which the other system created it, if the
    /// import gave one.
    pub created_at: Timestamp,
    /// The scope. `None` means all rights of the owner.
    pub scope: Option<Scope>,
    /// The name that the owner gave to the credential.
    pub label: Option<Label>,
    /// The purpose of a security code, as its creator described it. `None` if there is no description.
    pub description: Option<Description>,
    /// The digest of the secret, bound to realm, kind and id.
    pub digest: Digest,
    /// The key of the key ring under which the digest was computed. [`KeyId::NONE`] if it was computed without a key.
    pub key_id: KeyId,
    /// When the record expires. `None` if it is permanent.
    pub expires_at: Option<Timestamp>,
    /// The instant from which the record may be purged. `None` if it has no end yet.
    pub gone_at: Option<Timestamp>,
    /// When a notice worker must check the record, and for which stage of the notice schedule. `None` if no notice is
    /// pending.
    pub notice: Option<NoticeMark>,
}

/// The stored fields of a record, without its family. [`TokenStore`](crate::store::TokenStore) defines which operation
/// changes which field.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct RecordParts {
    /// The public id of the record.
    pub id: RecordId,
    /// The realm to which the record belongs.
    pub realm: Realm,
    /// The owner of the credential: an account, or the realm for a security code.
    pub owner: OwnerId,
    /// The kind of the credential.
    pub kind: TokenKind,
    /// The parent: the refresh token of an access token, or the token that a rotation replaced. `None` if there is
    /// neither.
    pub parent: Option<RecordId>,
    /// The generation: the number of rotations before this record was created.
    pub generation: u64,
    /// When the credential was created. For an imported token, the instant at which the other system created it, if the
    /// import gave one. For a shrunk record, the instant of the rotation that replaced it.
    pub created_at: Timestamp,
    /// The scope. `None` means all rights of the owner.
    pub scope: Option<Scope>,
    /// The name that the owner gave to the credential.
    pub label: Option<Label>,
    /// The purpose of a security code, as its creator described it. `None` if there is no description.
    pub description: Option<Description>,
    /// The digest of the secret, bound to realm, kind and id.
    pub digest: Digest,
    /// The key of the key ring under which the digest was computed. [`KeyId::NONE`] if it was computed without a key.
    pub key_id: KeyId,
    /// The version of the record. It grows when [`TokenStore::apply`](crate::store::TokenStore::apply) changes the
    /// record, and when a rotation replaces it. Other writes do not change it.
    pub version: Version,
    /// When the record expires. `None` if it is permanent.
    pub expires_at: Option<Timestamp>,
    /// When `expires_at` was last set.
    pub expiry_set_at: Timestamp,
    /// The instant from which the record may be purged. `None` if it has no end yet.
    pub gone_at: Option<Timestamp>,
    /// When and by which successor the record was replaced. `None` if it was not replaced.
    pub superseded: Option<Superseded>,
    /// The revocation of this record alone. [`TokenRecord::revoked`](super::token_record::TokenRecord::revoked) also
    /// considers the revocation of the family.
    pub revoked: Option<Revoked>,
    /// The instant of the most recent use that was written. Only successful uses are written. Newer uses can still wait
    /// to be written.
    pub last_used_at: Option<Timestamp>,
    /// When a notice worker must check the record, and for which stage. `None` if no notice is pending.
    pub notice: Option<NoticeMark>,
    /// The notices that were sent, as pairs of expiry and stage. If there are more than [`NOTICED_MAX`], the oldest is
    /// dropped.
    pub noticed: Vec<(Timestamp, u8)>,
    /// Whether the record was reduced to the fields that are needed to detect the reuse of a replaced token.
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
    /// Reduces a replaced record to the fields that are needed to detect its reuse. Removes nonce, parent, label,
    /// description, scope, expiry, last use and notices. Sets `created_at` and `expiry_set_at` to the instant of the
    /// rotation. All other fields stay, such as digest, key, generation, version, successor and `gone_at`. Does not
    /// change a record that is not superseded.
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

    /// Records that the notice of this stage for this expiry was sent. If there are then more than [`NOTICED_MAX`]
    /// entries, drops the oldest.
    pub fn remember_notice(&mut self, expiry: Timestamp, stage: u8) {
        if !self.noticed.contains(&(expiry, stage)) {
            if self.noticed.len() >= NOTICED_MAX {
                self.noticed.remove(0);
            }
            self.noticed.push((expiry, stage));
        }
    }
}

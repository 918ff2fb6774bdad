//! Copies a record field by field into an empty record. If the id of a presented token is unknown, an empty record is
//! copied instead, so that the verification takes as long as for a known id.

use crate::crypto::digest::Digest;
use crate::record::record_parts::RecordParts;
use crate::types::ids::{KeyId, OwnerId, RecordId, Version};
use crate::types::kind::TokenKind;
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

impl RecordParts {
    /// An empty record, into which a record is copied field by field.
    pub(super) const BLANK: Self = Self {
        id: RecordId::from_bytes([0; 16]),
        realm: Realm::DEFAULT,
        owner: OwnerId::BLANK,
        kind: TokenKind::PersonalAccessToken,
        parent: None,
        generation: 0,
        created_at: Timestamp::EPOCH,
        scope: None,
        label: None,
        description: None,
        digest: Digest::from_bytes([0; 32]),
        key_id: KeyId::NONE,
        version: Version::FIRST,
        expires_at: None,
        expiry_set_at: Timestamp::EPOCH,
        gone_at: None,
        superseded: None,
        revoked: None,
        last_used_at: None,
        notice: None,
        noticed: Vec::new(),
        shrunk: false,
    };

    #[inline(always)]
    pub(super) fn copy_into(&self, copy: &mut Self) {
        #[rustfmt::skip] // All fields are listed, so that a new field cannot be forgotten.
        let Self {
            id, realm, owner, kind, parent, generation, created_at, scope, label, description, digest, key_id, version, expires_at,
            expiry_set_at, gone_at, superseded, revoked, last_used_at, notice, noticed, shrunk,
        } = self;
        copy.id = *id;
        copy.realm = realm.clone();
        copy.owner = owner.clone();
        copy.kind = *kind;
        copy.parent = *parent;
        copy.generation = *generation;
        copy.created_at = *created_at;
        copy.scope = scope.clone();
        copy.label = label.clone();
        copy.description = description.clone();
        copy.digest = *digest;
        copy.key_id = *key_id;
        copy.version = *version;
        copy.expires_at = *expires_at;
        copy.expiry_set_at = *expiry_set_at;
        copy.gone_at = *gone_at;
        copy.superseded = *superseded;
        copy.revoked = *revoked;
        copy.last_used_at = *last_used_at;
        copy.notice = *notice;
        copy.noticed = noticed.clone();
        copy.shrunk = *shrunk;
    }
}

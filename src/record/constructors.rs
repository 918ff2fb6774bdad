//! Constructors of records. `new` takes the required fields. Methods or assignments set the other fields.

use crate::crypto::digest::Digest;
use crate::record::family::FamilyParts;
use crate::record::record_parts::{NewRecord, RecordParts};
use crate::record::state::NoticeMark;
use crate::types::description::Description;
use crate::types::ids::{KeyId, OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::realm::Realm;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

impl NewRecord {
    /// Creates a record to insert as the first of its family. It has no scope, label or expiry until a setter sets
    /// them.
    #[must_use]
    pub const fn new(
        id: RecordId,
        realm: Realm,
        owner: OwnerId,
        kind: TokenKind,
        digest: Digest,
        key_id: KeyId,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            realm,
            owner,
            kind,
            parent: None,
            generation: 0,
            created_at,
            scope: None,
            label: None,
            description: None,
            digest,
            key_id,
            expires_at: None,
            gone_at: None,
            notice: None,
        }
    }
}

crate::types::setters::setters!(NewRecord {
    with_id id = RecordId;
    with_realm realm = Realm;
    with_owner owner = OwnerId;
    with_kind kind = TokenKind;
    with_parent parent: Option<RecordId>;
    with_generation generation = u64;
    with_created_at created_at = Timestamp;
    with_scope scope: Option<Scope>;
    with_label label: Option<Label>;
    with_description description: Option<Description>;
    with_digest digest = Digest;
    with_key_id key_id = KeyId;
    with_expires_at expires_at: Option<Timestamp>;
    with_gone_at gone_at: Option<Timestamp>;
    with_notice notice: Option<NoticeMark>;
});

impl RecordParts {
    /// Creates a stored record as it is immediately after its insertion as the first record of a family. It has no
    /// scope, label or expiry. A store that reads a row sets the other fields.
    #[must_use]
    pub fn new(
        id: RecordId,
        realm: Realm,
        owner: OwnerId,
        kind: TokenKind,
        digest: Digest,
        key_id: KeyId,
        created_at: Timestamp,
    ) -> Self {
        Self { id, realm, owner, kind, digest, key_id, created_at, expiry_set_at: created_at, ..Self::BLANK }
    }
}

/// Defines `FIELDS`, the list of the names of all fields of a type. The pattern has no `..`, so the compiler reports a
/// field that is missing in the list.
macro_rules! fields {
    ($type:ident: $($field:ident)+) => {
        impl $type {
            /// The names of all fields. Code that must handle every field can compare its own list with this list.
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($field)),+];
        }

        const _: fn(&$type) = |parts| {
            let $type { $($field: _),+ } = parts;
        };
    };
}

fields!(RecordParts:
    id realm owner kind parent generation created_at scope label description digest key_id version expires_at expiry_set_at
    gone_at superseded revoked last_used_at notice noticed shrunk
);
fields!(FamilyParts: id realm owner kind generation body details live_until gone_at label_key client used_at revoked);

//! A view of a stored record and its family, without a copy.

use std::fmt;

use crate::crypto::digest::Digest;
use crate::record::family::FamilyParts;
use crate::record::family_body::FamilyBody;
use crate::record::family_details::FamilyDetails;
use crate::record::record_parts::RecordParts;
use crate::record::state::{Revoked, Superseded};
use crate::record::token_record::{Corrupt, TokenRecord, consistent, joined_revocation};
use crate::types::ids::{KeyId, RecordId, SubjectId, Version};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

/// A stored record and its family, as borrowed values. [`TokenRecord::view`] creates it. Its methods return the values
/// that the [`TokenRecord`] contains.
///
/// ```
/// use counterfoil::store::{Digest, FamilyBody, FamilyParts, RecordParts, TokenRecord};
/// use counterfoil::types::{KeyId, OwnerId, RecordId, TokenKind};
/// use counterfoil::{Realm, SubjectId, Timestamp};
///
/// let (id, owner) = (RecordId::from_bytes([7; 16]), OwnerId::from(SubjectId::new("7")?));
/// let (kind, now) = (TokenKind::PersonalAccessToken, Timestamp::EPOCH);
/// let digest = Digest::from_bytes([1; 32]);
/// let record = RecordParts::new(id, Realm::default(), owner.clone(), kind, digest, KeyId::NONE, now);
/// let family = FamilyParts::new(id.family(), Realm::default(), owner, kind, FamilyBody::Alone, now);
/// let record = TokenRecord::from_parts(record, family)?;
/// assert_eq!((record.view().id(), record.view().owner()), (id, "7"));
/// assert_eq!(record.view().expires_at(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct RecordRef<'a>(View<'a>);

/// The function that [`TokenStore::try_read`](crate::store::TokenStore::try_read) calls with the record, or with `None`
/// if there is no such record.
pub type Look<'f> = dyn for<'r> FnMut(Option<RecordRef<'r>>) + 'f;

/// The layouts of records that can be shown.
#[derive(Clone, Copy)]
enum View<'a> {
    Whole(&'a RecordParts, &'a FamilyParts),
}

impl<'a> RecordRef<'a> {
    /// Shows a record and its family. The caller has checked that they belong together.
    #[inline]
    pub(crate) const fn whole(record: &'a RecordParts, family: &'a FamilyParts) -> Self {
        Self(View::Whole(record, family))
    }

    /// Shows a record and its family, or returns the error if they contradict each other.
    #[inline]
    pub(crate) fn joined(record: &'a RecordParts, family: &'a FamilyParts) -> Result<Self, Corrupt> {
        consistent(record, family).map(|()| Self::whole(record, family))
    }

    /// The public id.
    #[must_use]
    pub fn id(self) -> RecordId {
        let View::Whole(record, _) = self.0;
        record.id
    }

    /// The name of the realm.
    #[must_use]
    pub fn realm(self) -> &'a str {
        let View::Whole(record, _) = self.0;
        record.realm.as_str()
    }

    /// The stored text of the owner, as [`OwnerId::from_stored`](crate::types::OwnerId::from_stored) reads it.
    #[must_use]
    pub fn owner(self) -> &'a str {
        let View::Whole(record, _) = self.0;
        record.owner.as_str()
    }

    /// The kind of the record.
    #[must_use]
    pub fn kind(self) -> TokenKind {
        let View::Whole(record, _) = self.0;
        record.kind
    }

    /// The kind of the family. A rotation replaces a record of this kind. The family can also contain records of other
    /// kinds, such as access tokens.
    #[must_use]
    pub fn family_kind(self) -> TokenKind {
        let View::Whole(_, family) = self.0;
        family.kind
    }

    /// The generation of the record.
    #[must_use]
    pub fn generation(self) -> u64 {
        let View::Whole(record, _) = self.0;
        record.generation
    }

    /// The generation of the family, which is that of its newest member.
    #[must_use]
    pub fn family_generation(self) -> u64 {
        let View::Whole(_, family) = self.0;
        family.generation
    }

    /// The parent: the refresh token of an access token, or the token that a rotation replaced.
    #[must_use]
    pub fn parent(self) -> Option<RecordId> {
        let View::Whole(record, _) = self.0;
        record.parent
    }

    /// When the record was created.
    #[must_use]
    pub fn created_at(self) -> Timestamp {
        let View::Whole(record, _) = self.0;
        record.created_at
    }

    /// The digest of the secret.
    #[must_use]
    pub fn digest(self) -> Digest {
        let View::Whole(record, _) = self.0;
        record.digest
    }

    /// The key under which the digest was computed.
    #[must_use]
    pub fn key_id(self) -> KeyId {
        let View::Whole(record, _) = self.0;
        record.key_id
    }

    /// The version of the record.
    #[must_use]
    pub fn version(self) -> Version {
        let View::Whole(record, _) = self.0;
        record.version
    }

    /// The stored expiry. `None` if the record is permanent.
    #[must_use]
    pub fn expires_at(self) -> Option<Timestamp> {
        let View::Whole(record, _) = self.0;
        record.expires_at
    }

    /// When the expiry was last set.
    #[must_use]
    pub fn expiry_set_at(self) -> Timestamp {
        let View::Whole(record, _) = self.0;
        record.expiry_set_at
    }

    /// The instant from which the record may be purged, as [`TokenRecord::gone_at`] returns it.
    #[must_use]
    pub fn gone_at(self) -> Option<Timestamp> {
        let View::Whole(record, family) = self.0;
        family.gone_at_of(record)
    }

    /// When and by which successor the record was replaced.
    #[must_use]
    pub fn superseded(self) -> Option<&'a Superseded> {
        let View::Whole(record, _) = self.0;
        record.superseded.as_ref()
    }

    /// The revocation of the record or of its family, as [`TokenRecord::revoked`] returns it.
    #[must_use]
    pub fn revoked(self) -> Option<Revoked> {
        let View::Whole(record, family) = self.0;
        joined_revocation(record, family)
    }

    /// The instant of the most recent use that was written.
    #[must_use]
    pub fn last_used_at(self) -> Option<Timestamp> {
        let View::Whole(record, _) = self.0;
        record.last_used_at
    }

    /// The scope. `None` means all rights of the owner.
    #[must_use]
    pub fn scope(self) -> Option<&'a str> {
        let View::Whole(record, _) = self.0;
        record.scope.as_ref().map(Scope::as_str)
    }

    /// The name that the owner gave to the credential.
    #[must_use]
    pub fn label(self) -> Option<&'a str> {
        let View::Whole(record, _) = self.0;
        record.label.as_ref().map(Label::as_str)
    }

    /// What the family is for.
    #[must_use]
    pub fn body(self) -> &'a FamilyBody {
        let View::Whole(_, family) = self.0;
        &family.body
    }

    /// Where the credential can be used from, the host's metadata, and the device that opened it.
    #[must_use]
    pub fn details(self) -> Option<&'a FamilyDetails> {
        let View::Whole(_, family) = self.0;
        family.details.as_deref()
    }

    /// Copies the record and its family.
    #[must_use]
    pub fn to_record(self) -> TokenRecord {
        let View::Whole(record, family) = self.0;
        TokenRecord::copied(record, family)
    }

    /// A copy of the scope.
    #[inline]
    pub(crate) fn copied_scope(self) -> Option<Scope> {
        let View::Whole(record, _) = self.0;
        record.scope.clone()
    }

    /// A copy of the label.
    #[inline]
    pub(crate) fn copied_label(self) -> Option<Label> {
        let View::Whole(record, _) = self.0;
        record.label.clone()
    }

    /// The owner, if it is a person.
    #[inline]
    pub(crate) fn person(self) -> Option<SubjectId> {
        let View::Whole(record, _) = self.0;
        record.owner.person().cloned()
    }
}

impl fmt::Debug for RecordRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let View::Whole(record, family) = self.0;
        f.debug_struct("RecordRef").field("record", record).field("family", family).finish()
    }
}

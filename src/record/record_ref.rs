//! A view of a stored record and its family, without a copy.

use std::fmt;

use crate::crypto::digest::Digest;
use crate::record::family::FamilyParts;
use crate::record::family_body::FamilyBody;
use crate::record::family_details::FamilyDetails;
#[cfg(feature = "memory")]
use crate::record::packed_view::PackedView;
use crate::record::record_parts::RecordParts;
use crate::record::state::{Revoked, Superseded};
use crate::record::token_record::{TokenRecord, joined_revocation};
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

/// The layouts of the records to which a [`RecordRef`] can refer.
#[derive(Clone, Copy)]
enum View<'a> {
    Whole(&'a RecordParts, &'a FamilyParts),
    #[cfg(feature = "memory")]
    Packed(PackedView<'a>),
}

/// Evaluates the expression if the record has the layout [`View::Whole`], and calls the method if the record is packed.
macro_rules! shown {
    ($view:expr, ($record:pat, $family:pat) => $whole:expr, $method:ident) => {
        match $view.0 {
            View::Whole($record, $family) => $whole,
            #[cfg(feature = "memory")]
            View::Packed(packed) => packed.$method(),
        }
    };
}

impl<'a> RecordRef<'a> {
    /// Makes a reference to a record and its family. The caller has checked that they belong together.
    #[inline]
    pub(crate) const fn whole(record: &'a RecordParts, family: &'a FamilyParts) -> Self {
        Self(View::Whole(record, family))
    }

    /// Makes a reference to a packed record. The caller has checked that the record and its family belong together.
    #[cfg(feature = "memory")]
    #[inline]
    pub(crate) const fn packed(view: PackedView<'a>) -> Self {
        Self(View::Packed(view))
    }

    /// The public id of the record.
    #[must_use]
    pub fn id(self) -> RecordId {
        shown!(self, (record, _) => record.id, id)
    }

    /// The name of the realm to which the record belongs.
    #[must_use]
    pub fn realm(self) -> &'a str {
        shown!(self, (record, _) => record.realm.as_str(), realm)
    }

    /// The stored text of the owner, as [`OwnerId::from_stored`](crate::types::OwnerId::from_stored) reads it.
    #[must_use]
    pub fn owner(self) -> &'a str {
        shown!(self, (record, _) => record.owner.as_str(), owner)
    }

    /// The kind of the record. It can differ from the kind of the family ([`RecordRef::family_kind`]).
    #[must_use]
    pub fn kind(self) -> TokenKind {
        shown!(self, (record, _) => record.kind, kind)
    }

    /// The kind of the family. A rotation replaces a record of this kind. The family can also contain records of other
    /// kinds, such as access tokens.
    #[must_use]
    pub fn family_kind(self) -> TokenKind {
        shown!(self, (_, family) => family.kind, family_kind)
    }

    /// The generation of the record.
    #[must_use]
    pub fn generation(self) -> u64 {
        shown!(self, (record, _) => record.generation, generation)
    }

    /// The generation of the family, which is that of its newest member.
    #[must_use]
    pub fn family_generation(self) -> u64 {
        shown!(self, (_, family) => family.generation, family_generation)
    }

    /// The parent: the refresh token of an access token, or the token that a rotation replaced. `None` if there is
    /// neither.
    #[must_use]
    pub fn parent(self) -> Option<RecordId> {
        shown!(self, (record, _) => record.parent, parent)
    }

    /// When the credential was created. For an imported token, the instant at which the other system created it, if the
    /// import gave one. For a shrunk record, the instant of the rotation that replaced it.
    #[must_use]
    pub fn created_at(self) -> Timestamp {
        shown!(self, (record, _) => record.created_at, created_at)
    }

    /// The digest of the secret, bound to realm, kind and id.
    #[must_use]
    pub fn digest(self) -> Digest {
        shown!(self, (record, _) => record.digest, digest)
    }

    /// The key of the key ring under which the digest was computed. [`KeyId::NONE`] if it was computed without a key.
    #[must_use]
    pub fn key_id(self) -> KeyId {
        shown!(self, (record, _) => record.key_id, key_id)
    }

    /// The version of the record, which [`TokenStore::apply`](crate::store::TokenStore::apply) compares.
    #[must_use]
    pub fn version(self) -> Version {
        shown!(self, (record, _) => record.version, version)
    }

    /// The stored expiry. `None` if the record is permanent.
    #[must_use]
    pub fn expires_at(self) -> Option<Timestamp> {
        shown!(self, (record, _) => record.expires_at, expires_at)
    }

    /// When the stored expiry was last set.
    #[must_use]
    pub fn expiry_set_at(self) -> Timestamp {
        shown!(self, (record, _) => record.expiry_set_at, expiry_set_at)
    }

    /// The instant from which the record may be purged, as [`TokenRecord::gone_at`] returns it.
    #[must_use]
    pub fn gone_at(self) -> Option<Timestamp> {
        shown!(self, (record, family) => family.gone_at_of(record), gone_at)
    }

    /// When and by which successor the record was replaced. `None` if it was not replaced.
    #[must_use]
    pub fn superseded(self) -> Option<&'a Superseded> {
        shown!(self, (record, _) => record.superseded.as_ref(), superseded)
    }

    /// The revocation of the record or of its family, as [`TokenRecord::revoked`] returns it.
    #[must_use]
    pub fn revoked(self) -> Option<Revoked> {
        shown!(self, (record, family) => joined_revocation(record.revoked, family.revoked), revoked)
    }

    /// The instant of the most recent use that was written. `None` if no use was written.
    #[must_use]
    pub fn last_used_at(self) -> Option<Timestamp> {
        shown!(self, (record, _) => record.last_used_at, last_used_at)
    }

    /// The scope. `None` means all rights of the owner.
    #[must_use]
    pub fn scope(self) -> Option<&'a str> {
        shown!(self, (record, _) => record.scope.as_ref().map(Scope::as_str), scope)
    }

    /// The name that the owner gave to the credential.
    #[must_use]
    pub fn label(self) -> Option<&'a str> {
        shown!(self, (record, _) => record.label.as_ref().map(Label::as_str), label)
    }

    /// What the family is for, with the data of this purpose, such as the client of a sign-in.
    #[must_use]
    pub fn body(self) -> &'a FamilyBody {
        shown!(self, (_, family) => &family.body, body)
    }

    /// The addresses from which the credential can be used, the host's metadata, and the device on which the person
    /// opened the sign-in or session. `None` if none of these is stored.
    #[must_use]
    pub fn details(self) -> Option<&'a FamilyDetails> {
        shown!(self, (_, family) => family.details.as_deref(), details)
    }

    /// Copies the record and its family into an owned value.
    #[must_use]
    pub fn to_record(self) -> TokenRecord {
        shown!(self, (record, family) => TokenRecord::copied(record, family), to_record)
    }

    /// Whether the record is shrunk ([`RecordParts::shrink`]).
    pub(crate) fn is_shrunk(self) -> bool {
        shown!(self, (record, _) => record.shrunk, is_shrunk)
    }

    /// The notices that were sent, as pairs of expiry and stage.
    pub(crate) fn noticed(self) -> &'a [(Timestamp, u8)] {
        shown!(self, (record, _) => record.noticed.as_slice(), noticed)
    }

    /// A copy of the scope. `None` means all rights of the owner.
    #[inline]
    pub(crate) fn copied_scope(self) -> Option<Scope> {
        shown!(self, (record, _) => record.scope.clone(), copied_scope)
    }

    #[inline]
    pub(crate) fn copied_label(self) -> Option<Label> {
        shown!(self, (record, _) => record.label.clone(), copied_label)
    }

    /// The account that owns the record, which can also be a service account. `None` if the realm is the owner.
    #[inline]
    pub(crate) fn person(self) -> Option<SubjectId> {
        shown!(self, (record, _) => record.owner.person().cloned(), person)
    }
}

impl fmt::Debug for RecordRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let copy = self.to_record();
        f.debug_struct("RecordRef").field("record", copy.record()).field("family", copy.family()).finish()
    }
}

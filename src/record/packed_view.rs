//! Reads a [`Packed`] record in place.

use crate::crypto::digest::Digest;
use crate::record::family::FamilyParts;
use crate::record::family_body::FamilyBody;
use crate::record::family_details::FamilyDetails;
use crate::record::packed::{Home, Packed, Rest};
use crate::record::record_ref::RecordRef;
use crate::record::state::{Revoked, Superseded};
use crate::record::token_record::{Corrupt, TokenRecord, consistent, joined_revocation};
use crate::types::ids::{KeyId, OwnerId, RecordId, SubjectId, Version};
use crate::types::kind::TokenKind;
use crate::types::label::Label;
use crate::types::realm::Realm;
use crate::types::scope::Scope;
use crate::types::time::Timestamp;

/// A packed record, its id, and its family.
#[derive(Clone, Copy)]
pub(crate) struct PackedView<'a> {
    id: &'a RecordId,
    packed: &'a Packed,
    /// `None` if the family follows from the record.
    family: Option<&'a FamilyParts>,
}

impl Packed {
    /// Returns a reference to a record that is the only member of its family. `None` if the family has a separate row.
    #[inline]
    pub(crate) fn view<'a>(&'a self, id: &'a RecordId) -> Option<RecordRef<'a>> {
        let family = match self.rest.as_deref().map(|rest| &rest.home) {
            None | Some(Home::Derived) => None,
            Some(Home::Own(family)) => Some(&**family),
            Some(Home::Row(_)) => return None,
        };
        Some(RecordRef::packed(PackedView { id, packed: self, family }))
    }

    /// Returns a reference to a record and the row of its family, or an error if the two contradict each other.
    pub(crate) fn view_with<'a>(&'a self, id: &'a RecordId, row: &'a FamilyParts) -> Result<RecordRef<'a>, Corrupt> {
        let view = RecordRef::packed(PackedView { id, packed: self, family: Some(row) });
        consistent(view, row).map(|()| view)
    }

    /// The number of the write that stored this record, if its family has a separate row.
    #[inline]
    pub(crate) fn step(&self) -> Option<u64> {
        match self.rest.as_deref()?.home {
            Home::Row(step) => Some(step),
            Home::Derived | Home::Own(_) => None,
        }
    }

    pub(crate) const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The version and the generation.
    pub(super) fn numbers(&self) -> (u64, u64) {
        let large = self.rest.as_deref().and_then(|rest| rest.numbers.as_deref().copied());
        large.unwrap_or((u64::from(self.version), u64::from(self.generation)))
    }

    #[inline]
    pub(super) fn owner(&self) -> &str {
        self.texts.as_str().get(..usize::from(self.owner_length)).unwrap_or_default()
    }

    #[inline]
    pub(super) fn label(&self) -> Option<&str> {
        if self.has.label { self.texts.as_str().get(usize::from(self.owner_length)..) } else { None }
    }
}

/// The methods return what the methods of [`RecordRef`] with the same names return.
impl<'a> PackedView<'a> {
    #[inline]
    fn rest(self) -> Option<&'a Rest> {
        self.packed.rest.as_deref()
    }

    #[inline]
    pub(super) fn id(self) -> RecordId {
        *self.id
    }

    #[inline]
    pub(super) fn realm(self) -> &'a str {
        self.packed.shared.as_ref().map_or(Realm::DEFAULT_NAME, |shared| shared.realm.as_str())
    }

    #[inline]
    pub(super) fn owner(self) -> &'a str {
        self.packed.owner()
    }

    #[inline]
    pub(super) fn kind(self) -> TokenKind {
        self.packed.kind
    }

    #[inline]
    pub(super) fn family_kind(self) -> TokenKind {
        self.family.map_or(self.packed.kind, |family| family.kind)
    }

    #[inline]
    pub(super) fn generation(self) -> u64 {
        self.packed.numbers().1
    }

    #[inline]
    pub(super) fn family_generation(self) -> u64 {
        self.family.map_or_else(|| self.generation(), |family| family.generation)
    }

    #[inline]
    pub(super) fn parent(self) -> Option<RecordId> {
        self.rest()?.parent
    }

    #[inline]
    pub(super) fn created_at(self) -> Timestamp {
        self.packed.created_at
    }

    #[inline]
    pub(super) fn digest(self) -> Digest {
        self.packed.digest
    }

    #[inline]
    pub(super) fn key_id(self) -> KeyId {
        self.packed.key_id
    }

    #[inline]
    pub(super) fn version(self) -> Version {
        Version::new(self.packed.numbers().0)
    }

    #[inline]
    pub(super) fn expires_at(self) -> Option<Timestamp> {
        self.packed.expires_at
    }

    #[inline]
    pub(super) fn expiry_set_at(self) -> Timestamp {
        self.rest().map_or(self.packed.created_at, |rest| rest.expiry_set_at)
    }

    #[inline]
    pub(super) fn gone_at(self) -> Option<Timestamp> {
        match self.family {
            Some(family) if family.revoked.is_some() => family.gone_at,
            _ => self.packed.gone_at,
        }
    }

    #[inline]
    pub(super) fn superseded(self) -> Option<&'a Superseded> {
        self.rest()?.superseded.as_deref()
    }

    #[inline]
    pub(super) fn revoked(self) -> Option<Revoked> {
        joined_revocation(self.rest().and_then(|rest| rest.revoked), self.family.and_then(|family| family.revoked))
    }

    #[inline]
    pub(super) fn last_used_at(self) -> Option<Timestamp> {
        self.packed.last_used_at
    }

    #[inline]
    pub(super) fn is_shrunk(self) -> bool {
        self.rest().is_some_and(|rest| rest.shrunk)
    }

    #[inline]
    pub(super) fn noticed(self) -> &'a [(Timestamp, u8)] {
        self.rest().map_or(&[], |rest| rest.noticed.as_slice())
    }

    #[inline]
    pub(super) fn scope(self) -> Option<&'a str> {
        self.packed.shared.as_ref()?.scope.as_ref().map(Scope::as_str)
    }

    #[inline]
    pub(super) fn label(self) -> Option<&'a str> {
        self.packed.label()
    }

    #[inline]
    pub(super) fn body(self) -> &'a FamilyBody {
        self.family.map_or(&FamilyBody::Alone, |family| &family.body)
    }

    #[inline]
    pub(super) fn details(self) -> Option<&'a FamilyDetails> {
        self.family?.details.as_deref()
    }

    pub(super) fn to_record(self) -> TokenRecord {
        let record = self.packed.record(self.id);
        let family = self.family.cloned().unwrap_or_else(|| self.packed.derived(&record));
        TokenRecord::checked(record, family)
    }

    #[inline]
    pub(super) fn copied_scope(self) -> Option<Scope> {
        self.packed.shared.as_ref()?.scope.clone()
    }

    #[inline]
    pub(super) fn copied_label(self) -> Option<Label> {
        self.label().map(Label::known)
    }

    #[inline]
    pub(super) fn person(self) -> Option<SubjectId> {
        OwnerId::known_person(self.owner())
    }
}

//! Conversions between [`RecordParts`] and [`Packed`]. Both directions keep every field.

use std::sync::Arc;

use crate::record::family::FamilyParts;
use crate::record::family_body::FamilyBody;
use crate::record::packed::{Has, Home, Packed, PackedMark, Rest, Shared};
use crate::record::record_parts::RecordParts;
use crate::types::ids::{OwnerId, RecordId, Version};
use crate::types::label::{Label, LabelKey};
use crate::types::realm::Realm;
use crate::types::short::Short;

impl Packed {
    /// Packs a record and its family, of which it is the only member. The caller has checked that they belong together.
    /// `share` returns the value that records with the same realm and scope share.
    pub(crate) fn alone(record: RecordParts, family: FamilyParts, share: impl FnOnce(Shared) -> Arc<Shared>) -> Self {
        let has_key = family.label_key.is_some();
        let home = if derived(&record, has_key) == family { Home::Derived } else { Home::Own(Box::new(family)) };
        Self::new(record, home, has_key, share)
    }

    /// Packs a record whose family has a separate row. `step` is the number of the write that stores the record.
    pub(crate) fn member(record: RecordParts, step: u64, share: impl FnOnce(Shared) -> Arc<Shared>) -> Self {
        Self::new(record, Home::Row(step), false, share)
    }

    fn new(record: RecordParts, home: Home, label_key: bool, share: impl FnOnce(Shared) -> Arc<Shared>) -> Self {
        #[rustfmt::skip] // All fields are listed, so that a new field cannot be forgotten.
        let RecordParts {
            id: _, realm, owner, kind, parent, generation, created_at, scope, label, description, digest, key_id, version,
            expires_at, expiry_set_at, gone_at, superseded, revoked, last_used_at, notice, noticed, shrunk,
        } = record;
        let owner = owner.as_str();
        let texts =
            label.as_ref().map_or_else(|| Short::new(owner), |label| Short::new(&[owner, label.as_str()].concat()));
        let numbers = (u32::try_from(version.number()), u32::try_from(generation));
        let (numbers, version, generation) = match numbers {
            (Ok(version), Ok(generation)) => (None, version, generation),
            _ => (Some(Box::new((version.number(), generation))), 0, 0),
        };
        let superseded = superseded.map(Box::new);
        let is_shared = realm != Realm::DEFAULT || scope.is_some();
        let rest = Rest { parent, description, superseded, revoked, noticed, expiry_set_at, numbers, home, shrunk };
        let is_needed = rest != Rest { expiry_set_at: created_at, ..Rest::NONE };
        Self {
            digest,
            expires_at,
            key_id,
            // An owner has at most 255 bytes, so its length always fits.
            owner_length: u8::try_from(owner.len()).unwrap_or(u8::MAX),
            kind,
            has: Has { label: label.is_some(), label_key },
            gone_at,
            rest: is_needed.then(|| Box::new(rest)),
            shared: is_shared.then(|| share(Shared { realm, scope })),
            texts,
            last_used_at,
            created_at,
            notice: notice.and_then(PackedMark::new),
            version,
            generation,
        }
    }

    /// Copies the record. `id` is the id under which it is stored.
    pub(crate) fn record(&self, id: &RecordId) -> RecordParts {
        let rest = self.rest.as_deref();
        let (version, generation) = self.numbers();
        RecordParts {
            id: *id,
            realm: self.shared.as_ref().map_or(Realm::DEFAULT, |shared| shared.realm.clone()),
            owner: OwnerId::known(self.owner()),
            kind: self.kind,
            parent: rest.and_then(|rest| rest.parent),
            generation,
            created_at: self.created_at,
            scope: self.shared.as_ref().and_then(|shared| shared.scope.clone()),
            label: self.label().map(Label::known),
            description: rest.and_then(|rest| rest.description.clone()),
            digest: self.digest,
            key_id: self.key_id,
            version: Version::new(version),
            expires_at: self.expires_at,
            expiry_set_at: rest.map_or(self.created_at, |rest| rest.expiry_set_at),
            gone_at: self.gone_at,
            superseded: rest.and_then(|rest| rest.superseded.as_deref().copied()),
            revoked: rest.and_then(|rest| rest.revoked),
            last_used_at: self.last_used_at,
            notice: self.notice.and_then(PackedMark::mark),
            noticed: rest.map(|rest| rest.noticed.clone()).unwrap_or_default(),
            shrunk: rest.is_some_and(|rest| rest.shrunk),
        }
    }

    /// Copies the family, if the record is the only member. `None` if the family has a separate row.
    pub(crate) fn family(&self, id: &RecordId) -> Option<FamilyParts> {
        match self.rest.as_deref().map(|rest| &rest.home) {
            None | Some(Home::Derived) => Some(self.derived(&self.record(id))),
            Some(Home::Own(family)) => Some(family.as_ref().clone()),
            Some(Home::Row(_)) => None,
        }
    }

    /// The family that [`Home::Derived`] describes. `record` is the copied record.
    pub(super) fn derived(&self, record: &RecordParts) -> FamilyParts {
        derived(record, self.has.label_key)
    }
}

/// The family of a personal access token that has not been changed since its insert. `has_key` says whether labels must
/// be unique.
fn derived(record: &RecordParts, has_key: bool) -> FamilyParts {
    let (realm, owner) = (record.realm.clone(), record.owner.clone());
    let mut family =
        FamilyParts::new(record.id.family(), realm, owner, record.kind, FamilyBody::Alone, record.created_at);
    family.generation = record.generation;
    family.live_until = record.expires_at;
    family.gone_at = record.gone_at;
    // The lower-case form is faster to compute than the exact label key, and equals it for most labels. If they differ,
    // `Packed::alone` finds that this family is not the given one, and stores the given one (`Home::Own`).
    let label = record.label.as_ref().filter(|_| has_key);
    family.label_key = label.map(|label| LabelKey::from_stored(&label.as_str().to_lowercase()));
    family
}

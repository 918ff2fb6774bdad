//! The row of a family. It does not contain the family's id, which is in the key.

use counterfoil::Realm;
use counterfoil::client::ClientKey;
use counterfoil::store::{Corrupt, FamilyBody, FamilyParts, NewFamily, StoreError};
use counterfoil::types::{FamilyId, LabelKey, OwnerId, RecordId};

use super::reader::Reader;
use super::record::{kind, read_revoked, write_revoked};
use super::writer::Writer;
use crate::engine::Value;

/// The row of a family. It consists of the family and of values that only this store needs.
#[derive(Clone, Debug)]
pub(crate) struct FamilyRow {
    /// The values of the family that the store contract defines.
    pub(crate) parts: FamilyParts,
    /// The number of the family's records. When the last record is removed, the family is removed too.
    pub(crate) members: u64,
    /// The number of times this row was written. Each write raises this number, so no version of the row equals an
    /// earlier one. A decision that counts the family's access tokens or members relies on this: its write succeeds
    /// only if the row has not changed since the decision read it. See `layout.rs`.
    pub(crate) step: u64,
    /// The id of the member that has the family's only nonce. `None` if no member has a nonce.
    pub(crate) nonce_of: Option<RecordId>,
}

impl FamilyRow {
    /// A new family without members.
    pub(crate) fn new(family: NewFamily) -> Self {
        Self { parts: FamilyParts::from(family), members: 0, step: 0, nonce_of: None }
    }

    pub(crate) fn write(&self) -> Result<Value, StoreError> {
        let Self { parts, members, step, nonce_of } = self;
        let body =
            parts.body.to_document(parts.details.as_deref()).map_err(|error| StoreError::corrupt(None, error))?;
        let mut row = Writer::new();
        row.number(*step);
        row.text(parts.realm.as_str());
        row.text(parts.owner.as_str());
        row.byte(parts.kind.byte());
        row.number(parts.generation);
        row.text(&body);
        row.maybe(parts.live_until, Writer::instant);
        row.maybe(parts.gone_at, Writer::instant);
        row.maybe(parts.label_key.as_ref(), |row, label| row.text(label.as_str()));
        row.maybe(parts.client, |row, client| row.raw(client.as_bytes()));
        row.instant(parts.used_at);
        row.maybe(parts.revoked, write_revoked);
        row.number(*members);
        row.maybe(*nonce_of, |row, id| row.raw(id.as_bytes()));
        Ok(row.row())
    }

    /// Decodes a row as the family with this id.
    pub(crate) fn read(id: FamilyId, row: &[u8]) -> Result<Self, Corrupt> {
        let mut row = Reader::new(row)?;
        let step = row.number("family.step")?;
        let realm = row.text("family.realm", Realm::new)?;
        let owner = row.text("family.owner", OwnerId::from_stored)?;
        let kind = kind(row.byte("family.kind")?)?;
        let generation = row.number("family.generation")?;
        let (body, details) = row.text("family.body", FamilyBody::from_document)?;
        let live_until = row.maybe("family.live_until", Reader::instant)?;
        let gone_at = row.maybe("family.gone_at", Reader::instant)?;
        let label_key = row.maybe("family.label_key", |row, column| {
            row.text(column, |text| Ok::<_, Corrupt>(LabelKey::from_stored(text)))
        })?;
        let client = row.maybe("family.client", |row, column| row.raw(column).map(ClientKey::from_bytes))?;
        let used_at = row.instant("family.used_at")?;
        let revoked = row.maybe("family.revoked", read_revoked)?;
        let mut parts = FamilyParts::new(id, realm, owner, kind, body, used_at);
        parts.generation = generation;
        parts.details = details;
        parts.live_until = live_until;
        parts.gone_at = gone_at;
        parts.label_key = label_key;
        parts.client = client;
        parts.revoked = revoked;

        let members = row.number("family.members")?;
        let nonce_of = row.maybe("family.nonce_of", |row, column| row.raw(column).map(RecordId::from_bytes))?;
        row.end(Self { parts, members, step, nonce_of })
    }
}

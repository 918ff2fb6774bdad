//! Decodes a record from the fields that one read returns.

use counterfoil::Timestamp;
use counterfoil::store::{Corrupt, FamilyParts, RecordParts, StoreError, Superseded, TokenRecord};
use counterfoil::types::{Description, FamilyId, Label, LabelKey, RecordId, Version};
use redis::Value;

use super::fields::{
    Identity, body_of, bytes, client_of, client_within, counted, ends_of, identity_of, instant, maybe_instant,
    nonce_of, notice_of, noticed_of, record_ends_of, revoked, text, texts_of,
};
use super::{FAMILY_FIELDS, MEMBER_FIELDS, NOTICE};

/// The number of values in a [`Row`].
const FIELDS: usize = FAMILY_FIELDS.len() + MEMBER_FIELDS.len();

/// The values of the fields of a family and of one member, in the order of [`FAMILY_FIELDS`] and [`MEMBER_FIELDS`].
struct Row<'a> {
    values: &'a [Value],
}

fn column<T>(name: &'static str, value: Option<T>) -> Result<T, Corrupt> {
    value.ok_or(Corrupt::Column { column: name })
}

/// If the core adds a field, this assertion does not compile. The numbers may be changed only when this crate writes
/// and reads the new field.
const _: () = assert!(RecordParts::FIELDS.len() == 22 && FamilyParts::FIELDS.len() == 13, "a field is not stored");

impl<'a> Row<'a> {
    fn field(&self, at: usize) -> Option<&'a [u8]> {
        self.values.get(at).and_then(bytes)
    }

    fn family(&self, id: FamilyId) -> Result<FamilyParts, Corrupt> {
        let identity = column("i", self.field(0))?;
        let Identity { kind, realm, owner, body, details, head: _ } = column("i", identity_of(identity))?;
        let (live_until, mut gone_at, used_at) = column("e", self.field(2).and_then(ends_of))?;
        // An older version of the crate writes families without their last use and client. A node may still run that
        // version.
        let (used_at, client) = match used_at {
            Some(used_at) => (used_at, self.field(6).map(|key| column("c", client_of(key))).transpose()?),
            None => (column("x", self.set_at())?, client_within(&body)),
        };
        let revoked = match self.field(4) {
            None => None,
            Some(text) => {
                let (own, tomb) = column("r", text.split_at_checked(NOTICE))?;
                gone_at = Some(column("r", instant(tomb))?);
                Some(column("r", revoked(own))?)
            }
        };
        let mut family = FamilyParts::new(id, realm, owner, kind, body, used_at);
        family.details = details;
        family.generation = column("g", self.field(1).and_then(counted))?;
        family.live_until = live_until;
        family.gone_at = gone_at;
        family.label_key = self.field(3).map(|key| column("k", text(key))).transpose()?.map(LabelKey::from_stored);
        family.client = client;
        family.revoked = revoked;
        Ok(family)
    }

    /// Returns the instant at which the record's expiry was set, or `None` if it does not decode. For a family of
    /// layout 1, whose last use is not stored, this instant is used as the last use. The real last use is never
    /// earlier.
    fn set_at(&self) -> Option<Timestamp> {
        self.field(10)?.get(16..32).and_then(instant)
    }

    fn record(&self, id: &RecordId, family: &FamilyParts) -> Result<RecordParts, Corrupt> {
        let body = column("b", self.field(7).and_then(body_of))?;
        let [scope, label, description] = column("t", self.field(8).and_then(texts_of))?;
        let [expires, set, gone] = column("x", self.field(10).and_then(record_ends_of))?;
        let notice = self.field(11).map(|text| column("n", notice_of(text))).transpose()?;
        let revoked = self.field(14).map(|text| column("r", revoked(text))).transpose()?;
        let mut record = RecordParts::new(
            *id,
            family.realm.clone(),
            family.owner.clone(),
            body.kind,
            body.digest,
            body.key_id,
            body.created_at,
        );
        record.parent = body.parent;
        record.generation = body.generation;
        record.scope = scope.map(|text| column("scope", text.parse().ok())).transpose()?;
        record.label = label.map(|text| column("label", Label::from_stored(text).ok())).transpose()?;
        record.description = description.map(|text| column("description", Description::new(text).ok())).transpose()?;
        record.version = Version::new(column("v", self.field(9).and_then(counted))?);
        record.expires_at = column("x", maybe_instant(&expires))?;
        record.expiry_set_at = column("x", instant(&set))?;
        record.gone_at = column("x", maybe_instant(&gone))?;
        record.superseded = self.superseded(id)?;
        record.revoked = revoked;
        record.last_used_at = self.field(15).map(|text| column("u", instant(text))).transpose()?;
        record.notice = notice;
        record.noticed = column("q", noticed_of(self.field(12).unwrap_or_default()))?;
        record.shrunk = body.shrunk;
        Ok(record)
    }

    fn superseded(&self, id: &RecordId) -> Result<Option<Superseded>, Corrupt> {
        let Some(text) = self.field(13) else { return Ok(None) };
        let (at, rest) = column("s", text.split_at_checked(16))?;
        let (honoured, successor) = column("s", rest.split_at_checked(16))?;
        let nonce = match self.field(5).and_then(|nonce| nonce.strip_prefix(&id.member())) {
            None => None,
            Some(own) => Some(column("o", nonce_of(own))?),
        };
        Ok(Some(
            Superseded::new(column("s", instant(at))?, RecordId::from_bytes(column("s", successor.try_into().ok())?))
                .with_nonce(nonce)
                .with_honoured_until(column("s", maybe_instant(honoured))?),
        ))
    }
}

/// Decodes the record with this id. Returns `None` if it does not exist.
pub(crate) fn record(id: &RecordId, values: &[Value]) -> Result<Option<TokenRecord>, StoreError> {
    let row = Row { values };
    if values.len() != FIELDS {
        return Err(StoreError::corrupt(Some(*id), Corrupt::Column { column: "fields" }));
    }
    if row.field(7).is_none() {
        return Ok(None);
    }
    let joined = row.family(id.family()).and_then(|family| {
        let own = row.record(id, &family)?;
        TokenRecord::from_parts(own, family)
    });
    joined.map(Some).map_err(|corrupt| StoreError::corrupt(Some(*id), corrupt))
}

/// Decodes the row of a family from the fields [`FAMILY_FIELDS`] and no others. Returns `None` if the family does not
/// exist. A family of layout 1 does not decode, because its last use is in the fields of its members.
pub(crate) fn family(id: FamilyId, values: &[Value]) -> Result<Option<FamilyParts>, StoreError> {
    let row = Row { values };
    if (0..FAMILY_FIELDS.len()).all(|at| row.field(at).is_none()) {
        return Ok(None);
    }
    row.family(id).map(Some).map_err(|corrupt| StoreError::corrupt(None, corrupt))
}

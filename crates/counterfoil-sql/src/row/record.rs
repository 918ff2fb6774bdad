//! Decodes records and families.

use counterfoil::client::ClientKey;
use counterfoil::store::{
    Corrupt, Digest, FamilyBody, FamilyDetails, FamilyParts, Nonce, NoticeMark, Page, RecordParts, StoreError,
    Superseded, TokenRecord, WholeFamily,
};
use counterfoil::types::{Description, FamilyId, KeyId, Label, LabelKey, OwnerId, RecordId, Version};
use counterfoil::{Realm, Timestamp};

use super::columns::{Columns, corrupt, need};
use super::{NOTICE, SqlRow};
use crate::columns::{FamilyColumn, RecordColumn};

/// If the core adds a field, this assertion does not compile. The numbers may be changed only when this crate writes
/// and reads the new field.
const _: () = assert!(RecordParts::FIELDS.len() == 22 && FamilyParts::FIELDS.len() == 13, "a field is not stored");

impl<R: SqlRow> Columns<'_, R> {
    fn superseded(&self) -> Result<Option<Superseded>, Corrupt> {
        let Some(at) = self.instant(RecordColumn::SupersededAt)? else {
            let rest = [
                self.raw(RecordColumn::Successor)?.is_none(),
                self.raw(RecordColumn::Nonce)?.is_none(),
                self.small::<u32>(RecordColumn::NonceKey)?.is_none(),
                self.instant(RecordColumn::HonouredUntil)?.is_none(),
            ];
            return if rest == [true; 4] { Ok(None) } else { Err(corrupt(RecordColumn::SupersededAt)) };
        };
        let nonce = match (self.bytes(RecordColumn::Nonce)?, self.small(RecordColumn::NonceKey)?) {
            (None, None) => None,
            (Some(bytes), Some(key)) => Some(Nonce { bytes, key_id: KeyId::new(key) }),
            _ => return Err(corrupt(RecordColumn::Nonce)),
        };
        let successor = need(self.bytes(RecordColumn::Successor)?.map(RecordId::from_bytes), RecordColumn::Successor)?;
        Ok(Some(
            Superseded::new(at, successor)
                .with_nonce(nonce)
                .with_honoured_until(self.instant(RecordColumn::HonouredUntil)?),
        ))
    }

    fn noticed(&self) -> Result<Vec<(Timestamp, u8)>, Corrupt> {
        let (sent, rest) = need(self.raw(RecordColumn::Noticed)?, RecordColumn::Noticed)?.as_chunks::<NOTICE>();
        if !rest.is_empty() {
            return Err(corrupt(RecordColumn::Noticed));
        }
        let one = |[micros @ .., stage]: &[u8; NOTICE]| {
            Timestamp::from_micros(u64::from_be_bytes(*micros))
                .map(|at| (at, *stage))
                .ok_or_else(|| corrupt(RecordColumn::Noticed))
        };
        sent.iter().map(one).collect()
    }

    fn record(&self) -> Result<RecordParts, Corrupt> {
        let notice = match (self.instant(RecordColumn::NoticeAt)?, self.small(RecordColumn::NoticeStage)?) {
            (None, None) => None,
            (Some(at), Some(stage)) => Some(NoticeMark { at, stage }),
            _ => return Err(corrupt(RecordColumn::NoticeAt)),
        };
        let mut record = RecordParts::new(
            need(self.bytes(RecordColumn::Id)?.map(RecordId::from_bytes), RecordColumn::Id)?,
            need(self.text(RecordColumn::Realm, Realm::new)?, RecordColumn::Realm)?,
            need(self.text(RecordColumn::Owner, OwnerId::from_stored)?, RecordColumn::Owner)?,
            self.kind(RecordColumn::Kind)?,
            need(self.bytes(RecordColumn::Digest)?.map(Digest::from_bytes), RecordColumn::Digest)?,
            KeyId::new(need(self.small(RecordColumn::KeyId)?, RecordColumn::KeyId)?),
            need(self.instant(RecordColumn::CreatedAt)?, RecordColumn::CreatedAt)?,
        );
        record.parent = self.bytes(RecordColumn::Parent)?.map(RecordId::from_bytes);
        record.generation = need(self.number(RecordColumn::Generation)?, RecordColumn::Generation)?;
        record.scope = self.text(RecordColumn::Scope, str::parse)?;
        record.label = self.text(RecordColumn::Label, Label::from_stored)?;
        record.description = self.text(RecordColumn::Description, Description::new)?;
        record.version = Version::new(need(self.number(RecordColumn::Version)?, RecordColumn::Version)?);
        record.expires_at = self.instant(RecordColumn::ExpiresAt)?;
        record.expiry_set_at = need(self.instant(RecordColumn::ExpirySetAt)?, RecordColumn::ExpirySetAt)?;
        record.gone_at = self.instant(RecordColumn::GoneAt)?;
        record.superseded = self.superseded()?;
        record.revoked = self.revoked(RecordColumn::RevokedAt, RecordColumn::RevocationReason)?;
        record.last_used_at = self.instant(RecordColumn::LastUsedAt)?;
        record.notice = notice;
        record.noticed = self.noticed()?;
        record.shrunk = need(self.number(RecordColumn::Shrunk)?, RecordColumn::Shrunk)? != 0;
        Ok(record)
    }

    fn family(&self) -> Result<FamilyParts, Corrupt> {
        // The column `body` contains one text with both the body and the details.
        let (body, details) = need(self.text(FamilyColumn::Body, FamilyBody::from_document)?, FamilyColumn::Body)?;
        let mut family = FamilyParts::new(
            need(self.bytes(FamilyColumn::Id)?.map(FamilyId::from_bytes), FamilyColumn::Id)?,
            need(self.text(FamilyColumn::Realm, Realm::new)?, FamilyColumn::Realm)?,
            need(self.text(FamilyColumn::Owner, OwnerId::from_stored)?, FamilyColumn::Owner)?,
            self.kind(FamilyColumn::Kind)?,
            body,
            need(self.instant(FamilyColumn::UsedAt)?, FamilyColumn::UsedAt)?,
        );
        family.details = details;
        family.generation = need(self.number(FamilyColumn::Generation)?, FamilyColumn::Generation)?;
        family.live_until = self.instant(FamilyColumn::LiveUntil)?;
        family.gone_at = self.instant(FamilyColumn::GoneAt)?;
        family.label_key = self.text(FamilyColumn::LabelKey, |text| Ok::<_, Corrupt>(LabelKey::from_stored(text)))?;
        family.revoked = self.revoked(FamilyColumn::RevokedAt, FamilyColumn::RevocationReason)?;
        family.client = self.bytes(FamilyColumn::Client)?.map(ClientKey::from_bytes);
        Ok(family)
    }
}

pub(crate) fn record(row: &impl SqlRow) -> Result<TokenRecord, Corrupt> {
    let record = Columns { row, first: 0 }.record()?;
    TokenRecord::from_parts(record, Columns { row, first: RecordColumn::COUNT }.family()?)
}

/// Like [`record`], for a caller that asked for the record `id`. The result is an error if the row does not decode,
/// because the caller must not treat the record as missing.
pub(crate) fn record_of(id: &RecordId, row: &impl SqlRow) -> Result<TokenRecord, StoreError> {
    record(row).map_err(|corrupt| StoreError::corrupt(Some(*id), corrupt))
}

/// Decodes a family from the rows of all its members. Each row is a member joined with the family. Returns `None` if
/// there are no rows.
pub(crate) fn whole_family(rows: &[impl SqlRow]) -> Result<Option<WholeFamily>, StoreError> {
    let (mut family, mut members) = (None, Vec::with_capacity(rows.len()));
    for row in rows {
        let id = Columns { row, first: 0 }.bytes(RecordColumn::Id).ok().flatten().map(RecordId::from_bytes);
        let (member, row) = record(row).map_err(|corrupt| StoreError::corrupt(id, corrupt))?.into_parts();
        members.push(member);
        family = Some(row);
    }
    let whole = family.map(|family| WholeFamily::new(family, members)).transpose();
    whole.map_err(|corrupt| StoreError::corrupt(None, corrupt))
}

/// Decodes a page of family ids from at most `limit + 1` rows. If there is an extra row, there is a next page.
pub(crate) fn families(rows: &[impl SqlRow], limit: u32) -> Result<Page<FamilyId, FamilyId>, StoreError> {
    let mut items = rows.iter().map(family_id).collect::<Result<Vec<_>, _>>()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    Ok(Page { next: items.last().copied().filter(|_| more), items, corrupt: 0 })
}

pub(crate) fn family(row: &impl SqlRow) -> Result<FamilyParts, StoreError> {
    Columns { row, first: 0 }.family().map_err(|corrupt| StoreError::corrupt(None, corrupt))
}

/// Encodes the body of a family and its details as the text of the column `body`.
pub(crate) fn body(body: &FamilyBody, details: Option<&FamilyDetails>) -> Result<String, StoreError> {
    body.to_document(details).map_err(|invalid| StoreError::corrupt(None, invalid))
}

/// Reads the id from a row that starts with the columns of a record.
#[cfg(feature = "postgres")]
pub(crate) fn record_id(row: &impl SqlRow) -> Result<RecordId, Corrupt> {
    need(Columns { row, first: 0 }.bytes(RecordColumn::Id)?.map(RecordId::from_bytes), RecordColumn::Id)
}

/// Reads the column `id` as a record's id.
pub(crate) fn id(row: &impl SqlRow) -> Result<RecordId, StoreError> {
    let bytes = Columns { row, first: 0 }.bytes("id");
    let id = bytes.and_then(|bytes| need(bytes, "id")).map_err(|corrupt| StoreError::corrupt(None, corrupt))?;
    Ok(RecordId::from_bytes(id))
}

/// Reads the column `id` as a family's id.
pub(crate) fn family_id(row: &impl SqlRow) -> Result<FamilyId, StoreError> {
    let bytes = Columns { row, first: 0 }.bytes("id");
    let id = bytes.and_then(|bytes| need(bytes, "id")).map_err(|corrupt| StoreError::corrupt(None, corrupt))?;
    Ok(FamilyId::from_bytes(id))
}

/// Reads a column that contains ids of families.
#[cfg(feature = "postgres")]
pub(crate) fn family_ids(row: &sqlx::postgres::PgRow, column: &'static str) -> Result<Vec<FamilyId>, StoreError> {
    let corrupt = || StoreError::corrupt(None, corrupt(column));
    let ids: Vec<Vec<u8>> = sqlx::Row::try_get(row, column).map_err(|_| corrupt())?;
    ids.into_iter().map(|id| id.try_into().map(FamilyId::from_bytes).map_err(|_| corrupt())).collect()
}

/// The error for a `noticed` column whose bytes do not have the expected form.
#[cfg(feature = "postgres")]
pub(crate) fn unsound_notices(id: &RecordId) -> StoreError {
    StoreError::corrupt(Some(*id), corrupt(RecordColumn::Noticed))
}

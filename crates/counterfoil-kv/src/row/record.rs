//! The row of a record. It does not contain the record's id, which is in the key of the row.

use counterfoil::Realm;
use counterfoil::store::{Corrupt, Digest, FamilyParts, Nonce, NoticeMark, RecordParts, Revoked, Superseded};
use counterfoil::types::{Description, KeyId, Label, OwnerId, RecordId, RevocationReason, TokenKind, Version};

use super::reader::Reader;
use super::writer::Writer;
use crate::engine::Value;

pub(crate) fn write_record(record: &RecordParts) -> Value {
    let mut row = Writer::new();
    row.text(record.realm.as_str());
    row.text(record.owner.as_str());
    row.byte(record.kind.byte());
    row.maybe(record.parent, |row, parent| row.raw(parent.as_bytes()));
    row.number(record.generation);
    row.instant(record.created_at);
    row.maybe(record.scope.as_ref(), |row, scope| row.text(scope.as_str()));
    row.maybe(record.label.as_ref(), |row, label| row.text(label.as_str()));
    row.maybe(record.description.as_ref(), |row, description| row.text(description.as_str()));
    row.raw(record.digest.as_bytes());
    row.small(record.key_id.number());
    row.number(record.version.number());
    row.maybe(record.expires_at, Writer::instant);
    row.instant(record.expiry_set_at);
    row.maybe(record.gone_at, Writer::instant);
    row.maybe(record.superseded.as_ref(), write_superseded);
    row.maybe(record.revoked, write_revoked);
    row.maybe(record.last_used_at, Writer::instant);
    row.maybe(record.notice, |row, notice| {
        row.instant(notice.at);
        row.byte(notice.stage);
    });
    row.byte(u8::try_from(record.noticed.len()).unwrap_or(u8::MAX));
    for (expiry, stage) in &record.noticed {
        row.instant(*expiry);
        row.byte(*stage);
    }
    row.byte(u8::from(record.shrunk));
    row.row()
}

/// If the core adds a field, this assertion does not compile. The numbers may be changed only when this crate writes
/// and reads the new field.
const _: () = assert!(RecordParts::FIELDS.len() == 22 && FamilyParts::FIELDS.len() == 13, "a field is not stored");

/// Decodes a row as the record with this id.
pub(crate) fn read_record(id: RecordId, row: &[u8]) -> Result<RecordParts, Corrupt> {
    let mut row = Reader::new(row)?;
    let realm = row.text("realm", Realm::new)?;
    let owner = row.text("owner", OwnerId::from_stored)?;
    let kind = kind(row.byte("kind")?)?;
    let parent = row.maybe("parent", |row, column| row.raw(column).map(RecordId::from_bytes))?;
    let generation = row.number("generation")?;
    let created_at = row.instant("created_at")?;
    let scope = row.maybe("scope", |row, column| row.text(column, str::parse))?;
    let label = row.maybe("label", |row, column| row.text(column, Label::from_stored))?;
    let description = row.maybe("description", |row, column| row.text(column, Description::new))?;
    let digest = Digest::from_bytes(row.raw("digest")?);
    let key_id = KeyId::new(row.small("key_id")?);
    let version = Version::new(row.number("version")?);
    let expires_at = row.maybe("expires_at", Reader::instant)?;
    let expiry_set_at = row.instant("expiry_set_at")?;
    let gone_at = row.maybe("gone_at", Reader::instant)?;
    let superseded = row.maybe("superseded", read_superseded)?;
    let revoked = row.maybe("revoked", read_revoked)?;
    let last_used_at = row.maybe("last_used_at", Reader::instant)?;
    let notice =
        row.maybe("notice", |row, column| Ok(NoticeMark { at: row.instant(column)?, stage: row.byte(column)? }))?;
    let noticed = {
        let count = row.byte("noticed")?;
        let one = |_| Ok((row.instant("noticed")?, row.byte("noticed")?));
        (0..count).map(one).collect::<Result<_, Corrupt>>()?
    };
    let shrunk = row.flag("shrunk")?;
    let mut record = RecordParts::new(id, realm, owner, kind, digest, key_id, created_at);
    record.parent = parent;
    record.generation = generation;
    record.scope = scope;
    record.label = label;
    record.description = description;
    record.version = version;
    record.expires_at = expires_at;
    record.expiry_set_at = expiry_set_at;
    record.gone_at = gone_at;
    record.superseded = superseded;
    record.revoked = revoked;
    record.last_used_at = last_used_at;
    record.notice = notice;
    record.noticed = noticed;
    record.shrunk = shrunk;

    row.end(record)
}

pub(super) fn kind(byte: u8) -> Result<TokenKind, Corrupt> {
    TokenKind::from_byte(byte).ok_or(Corrupt::Column { column: "kind" })
}

fn write_superseded(row: &mut Writer, superseded: &Superseded) {
    row.instant(superseded.at);
    row.raw(superseded.successor.as_bytes());
    row.maybe(superseded.nonce.as_ref(), |row, nonce| {
        row.raw(&nonce.bytes);
        row.small(nonce.key_id.number());
    });
    row.maybe(superseded.honoured_until, Writer::instant);
}

fn read_superseded(row: &mut Reader<'_>, column: &'static str) -> Result<Superseded, Corrupt> {
    Ok(Superseded::new(row.instant(column)?, row.raw(column).map(RecordId::from_bytes)?)
        .with_nonce(row.maybe("nonce", |row, column| {
            Ok(Nonce { bytes: row.raw(column)?, key_id: KeyId::new(row.small(column)?) })
        })?)
        .with_honoured_until(row.maybe("honoured_until", Reader::instant)?))
}

pub(super) fn write_revoked(row: &mut Writer, revoked: Revoked) {
    row.instant(revoked.at);
    row.byte(revoked.reason.byte());
}

pub(super) fn read_revoked(row: &mut Reader<'_>, column: &'static str) -> Result<Revoked, Corrupt> {
    let at = row.instant(column)?;
    let reason = RevocationReason::from_byte(row.byte(column)?).ok_or(Corrupt::Column { column })?;
    Ok(Revoked { at, reason })
}

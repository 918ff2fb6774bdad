//! A record's own fields. Its id is its key.

use counterfoil::Realm;
use counterfoil::store::{Corrupt, Digest, Nonce, NoticeMark, RecordParts, Revoked, Superseded};
use counterfoil::types::{Description, KeyId, Label, OwnerId, RecordId, RevocationReason, TokenKind, Version};

use super::reader::Reader;
use super::writer::Writer;
use crate::engine::Value;

/// The row of that record.
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

/// The record of that id in a row.
pub(crate) fn read_record(id: RecordId, row: &[u8]) -> Result<RecordParts, Corrupt> {
    let mut row = Reader::new(row)?;
    let record = RecordParts {
        id,
        realm: row.text("realm", Realm::new)?,
        owner: row.text("owner", OwnerId::from_stored)?,
        kind: kind(row.byte("kind")?)?,
        parent: row.maybe("parent", |row, column| row.raw(column).map(RecordId::from_bytes))?,
        generation: row.number("generation")?,
        created_at: row.instant("created_at")?,
        scope: row.maybe("scope", |row, column| row.text(column, str::parse))?,
        label: row.maybe("label", |row, column| row.text(column, Label::from_stored))?,
        description: row.maybe("description", |row, column| row.text(column, Description::new))?,
        digest: Digest::from_bytes(row.raw("digest")?),
        key_id: KeyId::new(row.small("key_id")?),
        version: Version::new(row.number("version")?),
        expires_at: row.maybe("expires_at", Reader::instant)?,
        expiry_set_at: row.instant("expiry_set_at")?,
        gone_at: row.maybe("gone_at", Reader::instant)?,
        superseded: row.maybe("superseded", read_superseded)?,
        revoked: row.maybe("revoked", read_revoked)?,
        last_used_at: row.maybe("last_used_at", Reader::instant)?,
        notice: row
            .maybe("notice", |row, column| Ok(NoticeMark { at: row.instant(column)?, stage: row.byte(column)? }))?,
        noticed: {
            let count = row.byte("noticed")?;
            let one = |_| Ok((row.instant("noticed")?, row.byte("noticed")?));
            (0..count).map(one).collect::<Result<_, Corrupt>>()?
        },
        shrunk: row.flag("shrunk")?,
    };
    row.end(record)
}

/// The kind of that byte.
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
    Ok(Superseded {
        at: row.instant(column)?,
        successor: row.raw(column).map(RecordId::from_bytes)?,
        nonce: row.maybe("nonce", |row, column| {
            Ok(Nonce { bytes: row.raw(column)?, key_id: KeyId::new(row.small(column)?) })
        })?,
        honoured_until: row.maybe("honoured_until", Reader::instant)?,
    })
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

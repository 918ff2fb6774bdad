//! Rows of both dialects, and what they decode to.

use counterfoil::client::{ClientId, ClientKey, Registration, VersionedRegistration};
use counterfoil::settings::{StoredSettings, VersionedSettings};
#[cfg(feature = "sqlite")]
use counterfoil::store::Counter;
use counterfoil::store::{
    Corrupt, Cursor, Digest, FamilyBody, FamilyParts, Nonce, NoticeMark, Page, RecordParts, Revoked, StoreError,
    Superseded, TokenRecord,
};
use counterfoil::types::{
    Description, FamilyId, KeyId, Label, LabelKey, OwnerId, RecordId, RevocationReason, TokenKind, Version,
};
use counterfoil::{Realm, Timestamp};

use crate::columns::{Column, FamilyColumn, RecordColumn};

/// How many bytes a sent notice takes in `noticed`: the expiry's microseconds, big-endian, and the stage.
pub(crate) const NOTICE: usize = 9;

/// A row of either dialect: every column is a number, bytes or a text.
pub(crate) trait SqlRow {
    /// Where the column of that name is.
    fn position(&self, name: &str) -> Option<usize>;
    fn number(&self, at: usize) -> Result<Option<i64>, sqlx::Error>;
    fn bytes(&self, at: usize) -> Result<Option<&[u8]>, sqlx::Error>;
    fn text(&self, at: usize) -> Result<Option<&str>, sqlx::Error>;
}

macro_rules! sql_row {
    ($row:ty) => {
        impl SqlRow for $row {
            fn position(&self, name: &str) -> Option<usize> {
                sqlx::ColumnIndex::<$row>::index(&name, self).ok()
            }

            fn number(&self, at: usize) -> Result<Option<i64>, sqlx::Error> {
                sqlx::Row::try_get(self, at)
            }

            fn bytes(&self, at: usize) -> Result<Option<&[u8]>, sqlx::Error> {
                sqlx::Row::try_get(self, at)
            }

            fn text(&self, at: usize) -> Result<Option<&str>, sqlx::Error> {
                sqlx::Row::try_get(self, at)
            }
        }
    };
}

#[cfg(feature = "sqlite")]
sql_row!(sqlx::sqlite::SqliteRow);
#[cfg(feature = "postgres")]
sql_row!(sqlx::postgres::PgRow);

/// A row, read by columns. `first` is where the list of a [`RecordColumn`] or a [`FamilyColumn`] starts in it.
struct Columns<'a, R> {
    row: &'a R,
    first: usize,
}

fn corrupt(column: impl Column) -> Corrupt {
    Corrupt::Column { column: column.name() }
}

impl<'a, R: SqlRow> Columns<'a, R> {
    fn position(&self, column: impl Column) -> Result<usize, Corrupt> {
        column.position(self.row, self.first).ok_or_else(|| corrupt(column))
    }

    fn number(&self, column: impl Column) -> Result<Option<u64>, Corrupt> {
        let number = self.row.number(self.position(column)?).map_err(|_| corrupt(column))?;
        number.map(|number| u64::try_from(number).map_err(|_| corrupt(column))).transpose()
    }

    fn small<T: TryFrom<u64>>(&self, column: impl Column) -> Result<Option<T>, Corrupt> {
        self.number(column)?.map(|number| T::try_from(number).map_err(|_| corrupt(column))).transpose()
    }

    fn instant(&self, column: impl Column) -> Result<Option<Timestamp>, Corrupt> {
        self.number(column)?.map(|micros| Timestamp::from_micros(micros).ok_or_else(|| corrupt(column))).transpose()
    }

    fn raw(&self, column: impl Column) -> Result<Option<&'a [u8]>, Corrupt> {
        self.row.bytes(self.position(column)?).map_err(|_| corrupt(column))
    }

    fn bytes<const N: usize>(&self, column: impl Column) -> Result<Option<[u8; N]>, Corrupt> {
        self.raw(column)?.map(|bytes| <[u8; N]>::try_from(bytes).map_err(|_| corrupt(column))).transpose()
    }

    fn text<T, E>(&self, column: impl Column, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<Option<T>, Corrupt> {
        let text = self.row.text(self.position(column)?).map_err(|_| corrupt(column))?;
        text.map(|text| parse(text).map_err(|_| corrupt(column))).transpose()
    }

    fn kind(&self, column: impl Column) -> Result<TokenKind, Corrupt> {
        let kind = self.small::<u8>(column)?.and_then(TokenKind::from_byte);
        kind.ok_or_else(|| corrupt(column))
    }

    fn revoked(&self, at: impl Column, reason_at: impl Column) -> Result<Option<Revoked>, Corrupt> {
        match (self.instant(at)?, self.small::<u8>(reason_at)?) {
            (None, None) => Ok(None),
            (Some(instant), Some(reason)) => {
                let reason = RevocationReason::from_byte(reason).ok_or_else(|| corrupt(reason_at))?;
                Ok(Some(Revoked { at: instant, reason }))
            }
            _ => Err(corrupt(reason_at)),
        }
    }

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
        let mut family = FamilyParts::new(
            need(self.bytes(FamilyColumn::Id)?.map(FamilyId::from_bytes), FamilyColumn::Id)?,
            need(self.text(FamilyColumn::Realm, Realm::new)?, FamilyColumn::Realm)?,
            need(self.text(FamilyColumn::Owner, OwnerId::from_stored)?, FamilyColumn::Owner)?,
            self.kind(FamilyColumn::Kind)?,
            need(self.text(FamilyColumn::Body, FamilyBody::from_document)?, FamilyColumn::Body)?,
            need(self.instant(FamilyColumn::UsedAt)?, FamilyColumn::UsedAt)?,
        );
        family.generation = need(self.number(FamilyColumn::Generation)?, FamilyColumn::Generation)?;
        family.live_until = self.instant(FamilyColumn::LiveUntil)?;
        family.gone_at = self.instant(FamilyColumn::GoneAt)?;
        family.label_key = self.text(FamilyColumn::LabelKey, |text| Ok::<_, Corrupt>(LabelKey::from_stored(text)))?;
        family.revoked = self.revoked(FamilyColumn::RevokedAt, FamilyColumn::RevocationReason)?;
        family.client = self.bytes(FamilyColumn::Client)?.map(ClientKey::from_bytes);
        Ok(family)
    }
}

/// A field that the core adds does not compile here until it is written and read.
const _: () = assert!(RecordParts::FIELDS.len() == 22 && FamilyParts::FIELDS.len() == 12, "a field is not stored");

fn need<T>(value: Option<T>, column: impl Column) -> Result<T, Corrupt> {
    value.ok_or_else(|| corrupt(column))
}

/// A record with its family.
pub(crate) fn record(row: &impl SqlRow) -> Result<TokenRecord, Corrupt> {
    let record = Columns { row, first: 0 }.record()?;
    TokenRecord::from_parts(record, Columns { row, first: RecordColumn::COUNT }.family()?)
}

/// The same for a caller that named the id: a row that does not decode is an error, never skipped.
pub(crate) fn record_of(id: &RecordId, row: &impl SqlRow) -> Result<TokenRecord, StoreError> {
    record(row).map_err(|corrupt| StoreError::corrupt(Some(*id), corrupt))
}

/// A family's row alone.
pub(crate) fn family(row: &impl SqlRow) -> Result<FamilyParts, StoreError> {
    Columns { row, first: 0 }.family().map_err(|corrupt| StoreError::corrupt(None, corrupt))
}

/// The id in a row that starts with the columns of a record.
#[cfg(feature = "postgres")]
pub(crate) fn record_id(row: &impl SqlRow) -> Result<RecordId, Corrupt> {
    need(Columns { row, first: 0 }.bytes(RecordColumn::Id)?.map(RecordId::from_bytes), RecordColumn::Id)
}

/// The column `id`, of a record.
pub(crate) fn id(row: &impl SqlRow) -> Result<RecordId, StoreError> {
    let bytes = Columns { row, first: 0 }.bytes("id");
    let id = bytes.and_then(|bytes| need(bytes, "id")).map_err(|corrupt| StoreError::corrupt(None, corrupt))?;
    Ok(RecordId::from_bytes(id))
}

/// The column `id`, of a family.
pub(crate) fn family_id(row: &impl SqlRow) -> Result<FamilyId, StoreError> {
    let bytes = Columns { row, first: 0 }.bytes("id");
    let id = bytes.and_then(|bytes| need(bytes, "id")).map_err(|corrupt| StoreError::corrupt(None, corrupt))?;
    Ok(FamilyId::from_bytes(id))
}

/// A column of families' ids.
#[cfg(feature = "postgres")]
pub(crate) fn family_ids(row: &sqlx::postgres::PgRow, column: &'static str) -> Result<Vec<FamilyId>, StoreError> {
    let corrupt = || StoreError::corrupt(None, corrupt(column));
    let ids: Vec<Vec<u8>> = sqlx::Row::try_get(row, column).map_err(|_| corrupt())?;
    ids.into_iter().map(|id| id.try_into().map(FamilyId::from_bytes).map_err(|_| corrupt())).collect()
}

/// A column that is an instant.
pub(crate) fn instant(row: &impl SqlRow, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
    Columns { row, first: 0 }.instant(column).map_err(|corrupt| StoreError::corrupt(None, corrupt))
}

/// The error for a `noticed` column of another form.
#[cfg(feature = "postgres")]
pub(crate) fn unsound_notices(id: &RecordId) -> StoreError {
    StoreError::corrupt(Some(*id), corrupt(RecordColumn::Noticed))
}

/// What a listing is ordered by.
#[derive(Clone, Copy)]
pub(crate) enum Order {
    CreatedAt,
    NoticeAt,
    Id,
}

/// A page of up to `limit + 1` rows: the extra row shows that there is a next page. A row that does not decode is
/// counted, and its key still moves the cursor.
pub(crate) fn page(rows: &[impl SqlRow], limit: u32, order: Order) -> Page<TokenRecord> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut page = Page { items: Vec::new(), next: None, corrupt: 0 };
    let mut last = None;
    for row in rows.iter().take(limit) {
        match record(row) {
            Ok(record) => page.items.push(record),
            Err(_) => page.corrupt = page.corrupt.saturating_add(1),
        }
        last = key(row, order).or(last);
    }
    page.next = last.filter(|_| rows.len() > limit);
    page
}

fn key(row: &impl SqlRow, order: Order) -> Option<Cursor> {
    let columns = Columns { row, first: 0 };
    let at = match order {
        Order::CreatedAt => columns.instant(RecordColumn::CreatedAt).ok()??,
        Order::NoticeAt => columns.instant(RecordColumn::NoticeAt).ok()??,
        Order::Id => Timestamp::EPOCH,
    };
    Some(Cursor { at, id: RecordId::from_bytes(columns.bytes(RecordColumn::Id).ok()??) })
}

/// A column that is a number.
pub(crate) fn number(row: &impl SqlRow, column: &'static str) -> Result<i64, StoreError> {
    number_or_null(row, column)?.ok_or_else(|| StoreError::corrupt(None, corrupt(column)))
}

/// A column that is a number or NULL.
pub(crate) fn number_or_null(row: &impl SqlRow, column: &'static str) -> Result<Option<i64>, StoreError> {
    let number = row.position(column).and_then(|at| row.number(at).ok());
    number.ok_or_else(|| StoreError::corrupt(None, corrupt(column)))
}

/// The version that a `put` returned.
pub(crate) fn version(row: &impl SqlRow) -> Result<Version, StoreError> {
    let version = u64::try_from(number(row, "version")?).ok();
    version.map(Version::new).ok_or_else(|| StoreError::corrupt(None, corrupt("version")))
}

/// After every id. The empty one is before every id.
pub(crate) const LAST_ID: &[u8; 16] = &[0xFF; 16];

/// Key id and count.
pub(crate) fn census(row: &impl SqlRow) -> Result<(KeyId, u64), StoreError> {
    let columns = Columns { row, first: 0 };
    let key = columns.small("key_id").and_then(|key| need(key, "key_id"));
    let count = columns.number("count").and_then(|count| need(count, "count"));
    let corrupt = |corrupt| StoreError::corrupt(None, corrupt);
    Ok((KeyId::new(key.map_err(corrupt)?), count.map_err(corrupt)?))
}

/// The columns `version` and `document`.
fn document(row: &impl SqlRow) -> Result<(Version, &str), StoreError> {
    let text = text(row, "document").ok_or_else(|| StoreError::corrupt(None, corrupt("document")))?;
    Ok((version(row)?, text))
}

fn text<'a>(row: &'a impl SqlRow, column: &str) -> Option<&'a str> {
    row.position(column).and_then(|at| row.text(at).ok()).flatten()
}

/// A client.
pub(crate) fn client(row: &impl SqlRow) -> Result<VersionedRegistration, StoreError> {
    let (version, text) = document(row)?;
    let registration = Registration::from_document(text).map_err(|invalid| StoreError::corrupt(None, invalid))?;
    Ok(VersionedRegistration { version, registration })
}

/// A page of up to `limit + 1` clients, like [`page`]. If no id on it decodes, the next page has no start, so this is
/// an error.
pub(crate) fn clients(rows: &[impl SqlRow], limit: u32) -> Result<Page<VersionedRegistration, ClientId>, StoreError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut page = Page { items: Vec::new(), next: None, corrupt: 0 };
    for row in rows.iter().take(limit) {
        match client(row) {
            Ok(registration) => page.items.push(registration),
            Err(_) => page.corrupt = page.corrupt.saturating_add(1),
        }
        let id = text(row, "client_id").and_then(|id| id.parse().ok());
        page.next = id.or(page.next);
    }
    if rows.len() <= limit {
        page.next = None;
    } else if page.next.is_none() {
        return Err(StoreError::corrupt(None, corrupt("client_id")));
    }
    Ok(page)
}

/// A realm's settings.
pub(crate) fn settings(row: &impl SqlRow) -> Result<VersionedSettings, StoreError> {
    let (version, text) = document(row)?;
    let settings = StoredSettings::from_document(text).map_err(|invalid| StoreError::corrupt(None, invalid))?;
    Ok(VersionedSettings { version, settings })
}

/// A count, a version or a generation as a column's value. A larger number was never stored, and matches nothing.
pub(crate) fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// An instant as a column's value.
pub(crate) fn micros(at: Timestamp) -> i64 {
    count(at.micros())
}

/// The same for an optional instant.
pub(crate) fn micros_of(at: Option<Timestamp>) -> Option<i64> {
    at.map(micros)
}

/// Sent notices as the value of `noticed`.
pub(crate) fn noticed(sent: &[(Timestamp, u8)]) -> Vec<u8> {
    let one = |(at, stage): &(Timestamp, u8)| at.micros().to_be_bytes().into_iter().chain([*stage]);
    sent.iter().flat_map(one).collect()
}

/// A counter.
#[cfg(feature = "sqlite")]
pub(crate) fn counter(row: &impl SqlRow) -> Result<Counter, StoreError> {
    let corrupt = || StoreError::corrupt(None, corrupt("under_way"));
    let failures = u32::try_from(number(row, "failures")?).map_err(|_| corrupt())?;
    let bytes = row.position("under_way").and_then(|at| row.bytes(at).ok()).flatten();
    let (bytes, rest) = bytes.ok_or_else(corrupt)?.as_chunks::<8>();
    let under_way = bytes.iter().map(|micros| Timestamp::from_micros(u64::from_be_bytes(*micros)));
    let under_way = under_way.collect::<Option<Vec<_>>>().filter(|_| rest.is_empty()).ok_or_else(corrupt)?;
    let gone_at = instant_of(number(row, "gone_at")?)?;
    let ends_at = number_or_null(row, "ends_at")?.map(instant_of).transpose()?;
    if failures > 0 && ends_at.is_none() {
        return Err(corrupt());
    }
    Ok(Counter::from_parts(failures, ends_at, under_way, gone_at))
}

/// Attempts under way as a column's value.
#[cfg(feature = "sqlite")]
pub(crate) fn instants(all: &[Timestamp]) -> Vec<u8> {
    all.iter().flat_map(|at| at.micros().to_be_bytes()).collect()
}

/// An instant of a counter, by its microseconds.
pub(crate) fn instant_of(micros: i64) -> Result<Timestamp, StoreError> {
    let at = u64::try_from(micros).ok().and_then(Timestamp::from_micros);
    at.ok_or_else(|| StoreError::corrupt(None, corrupt("ends_at")))
}

//! Rows: one order of columns for both dialects, and what they decode to.

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

/// The columns of a record joined with its family, in the order in which every statement selects them.
const COLUMNS: [&str; 41] = [
    "id",
    "realm",
    "owner",
    "kind",
    "parent",
    "generation",
    "created_at",
    "scope",
    "label",
    "description",
    "digest",
    "key_id",
    "version",
    "expires_at",
    "expiry_set_at",
    "gone_at",
    "superseded_at",
    "successor",
    "nonce",
    "nonce_key",
    "honoured_until",
    "revoked_at",
    "revoked_why",
    "last_used_at",
    "notice_at",
    "notice_stage",
    "noticed",
    "shrunk",
    "family.id",
    "family.realm",
    "family.owner",
    "family.kind",
    "family.generation",
    "family.body",
    "family.live_until",
    "family.gone_at",
    "family.label_key",
    "family.revoked_at",
    "family.revoked_why",
    "family.client",
    "family.used_at",
];

/// Where the family begins in a joined row.
const FAMILY: usize = 28;
/// How many bytes a sent notice takes in `noticed`: the expiry's microseconds, big-endian, and the stage.
pub(crate) const NOTICE: usize = 9;

/// A row of either dialect: every column is a number, bytes or a text.
pub(crate) trait Sheet {
    fn number(&self, at: usize) -> Result<Option<i64>, sqlx::Error>;
    fn bytes(&self, at: usize) -> Result<Option<&[u8]>, sqlx::Error>;
    fn text(&self, at: usize) -> Result<Option<&str>, sqlx::Error>;
}

macro_rules! sheet {
    ($row:ty) => {
        impl Sheet for $row {
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
sheet!(sqlx::sqlite::SqliteRow);
#[cfg(feature = "postgres")]
sheet!(sqlx::postgres::PgRow);

/// A row whose columns stand from `first` on at the places that [`COLUMNS`] gives them from `named` on.
struct Cells<'a, S> {
    sheet: &'a S,
    shift: usize,
}

impl<'a, S: Sheet> Cells<'a, S> {
    fn corrupt(at: usize) -> Corrupt {
        Corrupt::Column { column: COLUMNS.get(at).copied().unwrap_or("?") }
    }

    fn number(&self, at: usize) -> Result<Option<u64>, Corrupt> {
        let number = self.sheet.number(at - self.shift).map_err(|_| Self::corrupt(at))?;
        number.map(|number| u64::try_from(number).map_err(|_| Self::corrupt(at))).transpose()
    }

    fn small<T: TryFrom<u64>>(&self, at: usize) -> Result<Option<T>, Corrupt> {
        self.number(at)?.map(|number| T::try_from(number).map_err(|_| Self::corrupt(at))).transpose()
    }

    fn instant(&self, at: usize) -> Result<Option<Timestamp>, Corrupt> {
        self.number(at)?.map(|micros| Timestamp::from_micros(micros).ok_or_else(|| Self::corrupt(at))).transpose()
    }

    fn raw(&self, at: usize) -> Result<Option<&'a [u8]>, Corrupt> {
        self.sheet.bytes(at - self.shift).map_err(|_| Self::corrupt(at))
    }

    fn bytes<const N: usize>(&self, at: usize) -> Result<Option<[u8; N]>, Corrupt> {
        self.raw(at)?.map(|bytes| <[u8; N]>::try_from(bytes).map_err(|_| Self::corrupt(at))).transpose()
    }

    fn text<T, E>(&self, at: usize, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<Option<T>, Corrupt> {
        let text = self.sheet.text(at - self.shift).map_err(|_| Self::corrupt(at))?;
        text.map(|text| parse(text).map_err(|_| Self::corrupt(at))).transpose()
    }

    fn kind(&self, at: usize) -> Result<TokenKind, Corrupt> {
        let kind = self.small::<u8>(at)?.and_then(TokenKind::from_byte);
        kind.ok_or_else(|| Self::corrupt(at))
    }

    fn revoked(&self, at: usize) -> Result<Option<Revoked>, Corrupt> {
        match (self.instant(at)?, self.small::<u8>(at + 1)?) {
            (None, None) => Ok(None),
            (Some(instant), Some(why)) => {
                let why = RevocationReason::from_byte(why).ok_or_else(|| Self::corrupt(at + 1))?;
                Ok(Some(Revoked { at: instant, why }))
            }
            _ => Err(Self::corrupt(at + 1)),
        }
    }

    fn superseded(&self) -> Result<Option<Superseded>, Corrupt> {
        let Some(at) = self.instant(16)? else {
            let rest = [
                self.raw(17)?.is_none(),
                self.raw(18)?.is_none(),
                self.small::<u32>(19)?.is_none(),
                self.instant(20)?.is_none(),
            ];
            return if rest == [true; 4] { Ok(None) } else { Err(Self::corrupt(16)) };
        };
        let nonce = match (self.bytes(18)?, self.small(19)?) {
            (None, None) => None,
            (Some(bytes), Some(key)) => Some(Nonce { bytes, key_id: KeyId::new(key) }),
            _ => return Err(Self::corrupt(18)),
        };
        let successor = need(self.bytes(17)?.map(RecordId::from_bytes), 17)?;
        Ok(Some(Superseded { at, successor, nonce, honoured_until: self.instant(20)? }))
    }

    fn noticed(&self) -> Result<Vec<(Timestamp, u8)>, Corrupt> {
        let (sent, rest) = need(self.raw(26)?, 26)?.as_chunks::<NOTICE>();
        if !rest.is_empty() {
            return Err(Self::corrupt(26));
        }
        let one = |[micros @ .., stage]: &[u8; NOTICE]| {
            Timestamp::from_micros(u64::from_be_bytes(*micros)).map(|at| (at, *stage)).ok_or_else(|| Self::corrupt(26))
        };
        sent.iter().map(one).collect()
    }

    fn record(&self) -> Result<RecordParts, Corrupt> {
        let notice = match (self.instant(24)?, self.small(25)?) {
            (None, None) => None,
            (Some(at), Some(stage)) => Some(NoticeMark { at, stage }),
            _ => return Err(Self::corrupt(24)),
        };
        Ok(RecordParts {
            id: need(self.bytes(0)?.map(RecordId::from_bytes), 0)?,
            realm: need(self.text(1, Realm::new)?, 1)?,
            owner: need(self.text(2, OwnerId::from_stored)?, 2)?,
            kind: self.kind(3)?,
            parent: self.bytes(4)?.map(RecordId::from_bytes),
            generation: need(self.number(5)?, 5)?,
            created_at: need(self.instant(6)?, 6)?,
            scope: self.text(7, str::parse)?,
            label: self.text(8, Label::from_stored)?,
            description: self.text(9, Description::new)?,
            digest: need(self.bytes(10)?.map(Digest::from_bytes), 10)?,
            key_id: KeyId::new(need(self.small(11)?, 11)?),
            version: Version::new(need(self.number(12)?, 12)?),
            expires_at: self.instant(13)?,
            expiry_set_at: need(self.instant(14)?, 14)?,
            gone_at: self.instant(15)?,
            superseded: self.superseded()?,
            revoked: self.revoked(21)?,
            last_used_at: self.instant(23)?,
            notice,
            noticed: self.noticed()?,
            shrunk: need(self.number(27)?, 27)? != 0,
        })
    }

    fn family(&self) -> Result<FamilyParts, Corrupt> {
        Ok(FamilyParts {
            id: need(self.bytes(FAMILY)?.map(FamilyId::from_bytes), FAMILY)?,
            realm: need(self.text(29, Realm::new)?, 29)?,
            owner: need(self.text(30, OwnerId::from_stored)?, 30)?,
            kind: self.kind(31)?,
            generation: need(self.number(32)?, 32)?,
            body: need(self.text(33, FamilyBody::from_document)?, 33)?,
            live_until: self.instant(34)?,
            gone_at: self.instant(35)?,
            label_key: self.text(36, |text| Ok::<_, Corrupt>(LabelKey::from_stored(text)))?,
            revoked: self.revoked(37)?,
            client: self.bytes(39)?.map(ClientKey::from_bytes),
            used_at: need(self.instant(40)?, 40)?,
        })
    }
}

fn need<T>(value: Option<T>, at: usize) -> Result<T, Corrupt> {
    value.ok_or(Corrupt::Column { column: COLUMNS[at] })
}

/// A record with its family.
pub(crate) fn record(sheet: &impl Sheet) -> Result<TokenRecord, Corrupt> {
    let cells = Cells { sheet, shift: 0 };
    TokenRecord::from_parts(cells.record()?, cells.family()?)
}

/// The same for a caller that named the id: a row that does not decode is told of, never passed over.
pub(crate) fn record_of(id: &RecordId, sheet: &impl Sheet) -> Result<TokenRecord, StoreError> {
    record(sheet).map_err(|corrupt| StoreError::corrupt(Some(*id), corrupt))
}

/// A family's row alone.
pub(crate) fn family(sheet: &impl Sheet) -> Result<FamilyParts, StoreError> {
    Cells { sheet, shift: FAMILY }.family().map_err(|corrupt| StoreError::corrupt(None, corrupt))
}

/// An id standing alone in a row.
pub(crate) fn id(sheet: &impl Sheet) -> Result<RecordId, StoreError> {
    let bytes = Cells { sheet, shift: 0 }.bytes(0);
    let id = bytes.and_then(|bytes| need(bytes, 0)).map_err(|corrupt| StoreError::corrupt(None, corrupt))?;
    Ok(RecordId::from_bytes(id))
}

/// A family's id standing alone in a row.
pub(crate) fn family_id(sheet: &impl Sheet) -> Result<FamilyId, StoreError> {
    let bytes = Cells { sheet, shift: FAMILY }.bytes(FAMILY);
    let id = bytes.and_then(|bytes| need(bytes, FAMILY)).map_err(|corrupt| StoreError::corrupt(None, corrupt))?;
    Ok(FamilyId::from_bytes(id))
}

/// Families' ids in any column.
#[cfg(feature = "postgres")]
pub(crate) fn family_ids(row: &sqlx::postgres::PgRow, at: usize) -> Result<Vec<FamilyId>, StoreError> {
    let corrupt = || StoreError::corrupt(None, Corrupt::Column { column: COLUMNS[FAMILY] });
    let ids: Vec<Vec<u8>> = sqlx::Row::try_get(row, at).map_err(|_| corrupt())?;
    ids.into_iter().map(|id| id.try_into().map(FamilyId::from_bytes).map_err(|_| corrupt())).collect()
}

/// An instant in any column, for rows that are no records.
pub(crate) fn instant(sheet: &impl Sheet, at: usize) -> Result<Option<Timestamp>, StoreError> {
    Cells { sheet, shift: 0 }.instant(at).map_err(|corrupt| StoreError::corrupt(None, corrupt))
}

/// The notices sent are not what their column holds.
#[cfg(feature = "postgres")]
pub(crate) fn unsound_notices(id: &RecordId) -> StoreError {
    StoreError::corrupt(Some(*id), Corrupt::Column { column: COLUMNS[26] })
}

/// What a listing is ordered by.
#[derive(Clone, Copy)]
pub(crate) enum Order {
    CreatedAt,
    NoticeAt,
    Id,
}

/// A page out of up to `limit + 1` rows: the one too many says that there is a next page. A row that does not decode is counted, and its key, which does,
/// still moves the cursor.
pub(crate) fn page(rows: &[impl Sheet], limit: u32, order: Order) -> Page<TokenRecord> {
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

fn key(sheet: &impl Sheet, order: Order) -> Option<Cursor> {
    let cells = Cells { sheet, shift: 0 };
    let at = match order {
        Order::CreatedAt => cells.instant(6).ok()??,
        Order::NoticeAt => cells.instant(24).ok()??,
        Order::Id => Timestamp::EPOCH,
    };
    Some(Cursor { at, id: RecordId::from_bytes(cells.bytes(0).ok()??) })
}

/// A number in any column, for rows that are no records.
pub(crate) fn number(sheet: &impl Sheet, at: usize) -> Result<i64, StoreError> {
    let number = sheet.number(at).ok().flatten();
    number.ok_or_else(|| StoreError::corrupt(None, Corrupt::Column { column: "count" }))
}

/// The same, where there may be none.
#[cfg(feature = "postgres")]
pub(crate) fn number_of(sheet: &impl Sheet, at: usize) -> Result<Option<i64>, StoreError> {
    sheet.number(at).map_err(|_| StoreError::corrupt(None, Corrupt::Column { column: "count" }))
}

/// The version that a `put` returned.
pub(crate) fn version(sheet: &impl Sheet) -> Result<Version, StoreError> {
    let version = u64::try_from(number(sheet, 0)?).ok();
    version.map(Version::new).ok_or_else(|| StoreError::corrupt(None, Corrupt::Column { column: "version" }))
}

/// Beyond all ids; before them is the empty one.
pub(crate) const LAST_ID: &[u8; 16] = &[0xFF; 16];

/// Key id and count.
pub(crate) fn census(sheet: &impl Sheet) -> Result<(KeyId, u64), StoreError> {
    let cells = Cells { sheet, shift: 0 };
    let key = cells.small(0).and_then(|key| need(key, 11));
    let count = cells.number(1).and_then(|count| need(count, 11));
    let corrupt = |corrupt| StoreError::corrupt(None, corrupt);
    Ok((KeyId::new(key.map_err(corrupt)?), count.map_err(corrupt)?))
}

/// Version and document.
fn document(sheet: &impl Sheet) -> Result<(Version, &str), StoreError> {
    let column = |column| StoreError::corrupt(None, Corrupt::Column { column });
    let version = sheet.number(0).ok().flatten().and_then(|version| u64::try_from(version).ok());
    let text = sheet.text(1).ok().flatten().ok_or_else(|| column("document"))?;
    Ok((Version::new(version.ok_or_else(|| column("version"))?), text))
}

/// A client.
pub(crate) fn client(sheet: &impl Sheet) -> Result<VersionedRegistration, StoreError> {
    let (version, text) = document(sheet)?;
    let registration = Registration::from_document(text).map_err(|invalid| StoreError::corrupt(None, invalid))?;
    Ok(VersionedRegistration { version, registration })
}

/// A page of clients out of up to `limit + 1` rows of version, document and id, as [`page`] makes one of records. A page of which no id
/// decodes has no end from which the next one could begin, and is told of.
pub(crate) fn clients(rows: &[impl Sheet], limit: u32) -> Result<Page<VersionedRegistration, ClientId>, StoreError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut page = Page { items: Vec::new(), next: None, corrupt: 0 };
    for row in rows.iter().take(limit) {
        match client(row) {
            Ok(registration) => page.items.push(registration),
            Err(_) => page.corrupt = page.corrupt.saturating_add(1),
        }
        let id = row.text(2).ok().flatten().and_then(|id| id.parse().ok());
        page.next = id.or(page.next);
    }
    if rows.len() <= limit {
        page.next = None;
    } else if page.next.is_none() {
        return Err(StoreError::corrupt(None, Corrupt::Column { column: "client_id" }));
    }
    Ok(page)
}

/// A realm's settings.
pub(crate) fn settings(sheet: &impl Sheet) -> Result<VersionedSettings, StoreError> {
    let (version, text) = document(sheet)?;
    let settings = StoredSettings::from_document(text).map_err(|invalid| StoreError::corrupt(None, invalid))?;
    Ok(VersionedSettings { version, settings })
}

/// A count, a version or a generation as a column takes it. What is beyond can never have been stored, and matches nothing.
pub(crate) fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// An instant as a column takes it.
pub(crate) fn micros(at: Timestamp) -> i64 {
    count(at.micros())
}

/// The same, where there may be none.
pub(crate) fn micros_of(at: Option<Timestamp>) -> Option<i64> {
    at.map(micros)
}

/// The notices sent, as their column takes them.
pub(crate) fn noticed(sent: &[(Timestamp, u8)]) -> Vec<u8> {
    let one = |(at, stage): &(Timestamp, u8)| at.micros().to_be_bytes().into_iter().chain([*stage]);
    sent.iter().flat_map(one).collect()
}

/// A counter's row: failures, the window's end, attempts under way, from when on it has no meaning.
#[cfg(feature = "sqlite")]
pub(crate) fn counter(sheet: &impl Sheet) -> Result<Counter, StoreError> {
    let corrupt = || StoreError::corrupt(None, Corrupt::Column { column: "under_way" });
    let failures = u32::try_from(number(sheet, 0)?).map_err(|_| corrupt())?;
    let (bytes, rest) = sheet.bytes(2).ok().flatten().ok_or_else(corrupt)?.as_chunks::<8>();
    let under_way = bytes.iter().map(|micros| Timestamp::from_micros(u64::from_be_bytes(*micros)));
    let under_way = under_way.collect::<Option<Vec<_>>>().filter(|_| rest.is_empty()).ok_or_else(corrupt)?;
    let gone_at = instant_of(number(sheet, 3)?)?;
    let ends_at = sheet.number(1).map_err(|_| corrupt())?.map(instant_of).transpose()?;
    if failures > 0 && ends_at.is_none() {
        return Err(corrupt());
    }
    Ok(Counter::from_parts(failures, ends_at, under_way, gone_at))
}

/// Attempts under way, as their column takes them.
#[cfg(feature = "sqlite")]
pub(crate) fn instants(all: &[Timestamp]) -> Vec<u8> {
    all.iter().flat_map(|at| at.micros().to_be_bytes()).collect()
}

/// An instant of a counter, by its microseconds.
pub(crate) fn instant_of(micros: i64) -> Result<Timestamp, StoreError> {
    let at = u64::try_from(micros).ok().and_then(Timestamp::from_micros);
    at.ok_or_else(|| StoreError::corrupt(None, Corrupt::Column { column: "ends_at" }))
}

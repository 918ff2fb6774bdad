//! Decodes pages of records, of families and of clients.

use counterfoil::Timestamp;
use counterfoil::client::{ClientId, VersionedRegistration};
use counterfoil::store::{Cursor, FamilyParts, Page, StoreError, TokenRecord};
use counterfoil::types::{FamilyId, RecordId};

use super::SqlRow;
use super::columns::{Columns, corrupt, number};
use super::document::{client, text};
use super::record::{family, record};
use crate::columns::{FamilyColumn, RecordColumn};

/// The largest possible id. In a cursor, it is the position after all ids of the same instant. The position before all
/// ids of an instant is an empty id.
pub(crate) const LAST_ID: &[u8; 16] = &[0xFF; 16];

/// The column by which a list of records is sorted. For equal values, records are sorted by id.
#[derive(Clone, Copy)]
pub(crate) enum Order {
    CreatedAt,
    NoticeAt,
    Id,
}

/// Decodes a page from at most `limit + 1` rows. A row that does not decode is counted. If there is an extra row,
/// `next` is the position after the last row of this page whose id and instant can be read. `next` is `None` if there
/// is no extra row, or if this page has no such row.
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

/// Decodes a page of an owner's families from at most `limit + 1` rows. If there is an extra row, there is a next page.
/// A family that does not decode is counted. A row whose family id is NULL contains no family and is skipped. Families
/// whose id has a wrong length are on no page. Their number is in the column `damaged` of each row. Only the first page
/// adds this number to `corrupt`, so that a walk over all pages counts each of these families once.
pub(crate) fn family_page(
    rows: &[impl SqlRow],
    limit: u32,
    after: Option<&FamilyId>,
) -> Result<Page<FamilyParts, FamilyId>, StoreError> {
    let damaged = rows.first().filter(|_| after.is_none()).map(|row| number(row, "damaged")).transpose()?;
    let corrupt = damaged.map_or(0, |damaged| u32::try_from(damaged).unwrap_or(u32::MAX));
    Ok(decoded_families(rows, limit, corrupt))
}

/// Decodes the families of a page. `corrupt` is the number of damaged families that are already counted. The result
/// adds the families of this page that do not decode.
pub(crate) fn decoded_families(rows: &[impl SqlRow], limit: u32, corrupt: u32) -> Page<FamilyParts, FamilyId> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut page = Page { items: Vec::new(), next: None, corrupt };
    for row in rows.iter().take(limit) {
        let columns = Columns { row, first: 0 };
        if let Ok(None) = columns.raw(FamilyColumn::Id) {
            continue;
        }
        match family(row) {
            Ok(family) => page.items.push(family),
            Err(_) => page.corrupt = page.corrupt.saturating_add(1),
        }
        page.next = columns.bytes(FamilyColumn::Id).ok().flatten().map(FamilyId::from_bytes).or(page.next);
    }
    page.next = page.next.filter(|_| rows.len() > limit);
    page
}

/// Decodes a page of clients from at most `limit + 1` rows. If there is an extra row, there is a next page. A row that
/// does not decode is counted. The next page starts after the last row of this page whose client id can be read. If
/// there is a next page and no client id of this page can be read, this is an error.
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

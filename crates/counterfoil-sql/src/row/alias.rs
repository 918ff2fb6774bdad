//! Decodes aliases of imported tokens.

use counterfoil::store::{Alias, AliasEntry, Page, StoreError};
use counterfoil::types::RecordId;

use super::SqlRow;
use super::columns::{Columns, corrupt, need};

/// Reads an alias's entry from the columns `id` and `created_at`.
pub(crate) fn alias(row: &impl SqlRow) -> Result<AliasEntry, StoreError> {
    let columns = Columns { row, first: 0 };
    let id = columns.bytes("id").and_then(|id| need(id, "id"));
    let created_at = columns.instant("created_at").and_then(|at| need(at, "created_at"));
    let corrupt = |corrupt| StoreError::corrupt(None, corrupt);
    Ok(AliasEntry { id: RecordId::from_bytes(id.map_err(corrupt)?), created_at: created_at.map_err(corrupt)? })
}

/// Decodes a page from at most `limit + 1` rows. If there is an extra row, there is a next page. A row that does not
/// decode is counted. The database's check of the column makes sure that every alias has 32 bytes. So the alias of the
/// last row can always be read, and the next page continues after it.
pub(crate) fn aliases(rows: &[impl SqlRow], limit: u32) -> Result<Page<(Alias, AliasEntry), Alias>, StoreError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut page = Page { items: Vec::new(), next: None, corrupt: 0 };
    for row in rows.iter().take(limit) {
        let bytes = Columns { row, first: 0 }.bytes("alias").ok().flatten();
        let key = Alias::from_bytes(bytes.ok_or_else(|| StoreError::corrupt(None, corrupt("alias")))?);
        match alias(row) {
            Ok(entry) => page.items.push((key, entry)),
            Err(_) => page.corrupt = page.corrupt.saturating_add(1),
        }
        page.next = Some(key);
    }
    page.next = page.next.filter(|_| rows.len() > limit);
    Ok(page)
}

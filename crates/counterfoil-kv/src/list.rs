//! Reads pages of records, and counts records by digest key. Each page continues after the last entry of the page
//! before it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Cursor, Listing, Page, Show, StoreError, TokenRecord};
use counterfoil::types::{KeyId, RecordId};

use crate::engine::{Engine, Key};
use crate::index;
use crate::key;
use crate::row::read_record;
use crate::rows::keys_of;
use crate::step::{Step, unavailable};

/// The maximum number of index entries that one page reads.
const MOST: usize = 500;
/// The minimum number of index entries that one page reads if its filter can skip some of the records.
const FEWEST: usize = 64;
/// The maximum number of records that one call of the engine reads. Each record needs two keys.
const ROWS: usize = 48;
/// The number of rows that one scan of [`census`] reads.
const SCAN: usize = 512;

/// A range of an index that a page reads.
struct Shelf {
    op: &'static str,
    from: Key,
    until: Key,
    /// Decodes the record id and the instant from the key of an index entry.
    cursor: fn(&[u8]) -> Option<Cursor>,
    show: Show,
}

/// Reads a page of a list of records.
pub(crate) async fn list(
    engine: &dyn Engine,
    of: Listing<'_>,
    after: Option<&Cursor>,
    limit: NonZeroU32,
) -> Result<Page<TokenRecord>, StoreError> {
    let shelf = match of {
        Listing::Owner { realm, owner, kind, show } => {
            let listed = key::listed(realm, owner, kind);
            let behind = |after: &Cursor| key::after(listed.clone().newest_first(after.at, &after.id).key());
            let from = after.map_or_else(|| listed.clone().key(), behind);
            Shelf { op: "list", from, until: listed.end_of_prefix(), cursor: newest_first, show }
        }
        Listing::Kind { realm, kind } => {
            let of_kind = key::of_kind(realm, kind);
            let behind = |after: &Cursor| key::after(of_kind.clone().id(&after.id).key());
            let from = after.map_or_else(|| of_kind.clone().key(), behind);
            Shelf { op: "list", from, until: of_kind.end_of_prefix(), cursor: by_id, show: Show::All }
        }
    };
    shelf.page(engine, limit).await
}

/// Reads a page of records whose notice is due.
pub(crate) async fn due(
    engine: &dyn Engine,
    now: Timestamp,
    after: Option<&Cursor>,
    limit: NonZeroU32,
) -> Result<Page<TokenRecord>, StoreError> {
    let behind = |after: &Cursor| key::after(key::due().instant(after.at).id(&after.id).key());
    let from = after.map_or_else(|| key::due().key(), behind);
    let until = key::due().number(now.micros() + 1).key();
    Shelf { op: "due", from, until, cursor: oldest_first, show: Show::All }.page(engine, limit).await
}

impl Shelf {
    async fn page(self, engine: &dyn Engine, limit: NonZeroU32) -> Result<Page<TokenRecord>, StoreError> {
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let fewest = if self.show == Show::All { 1 } else { FEWEST };
        let reads = limit.clamp(fewest, MOST);
        let mut step = Step::new(engine, self.op);
        let entries = step.scan(&self.from, &self.until, reads + 1).await?;
        let mut rest = &entries[..entries.len().min(reads)];
        let mut page = Page { items: Vec::new(), next: None, corrupt: 0 };
        let full =
            |page: &Page<TokenRecord>| page.items.len() + usize::try_from(page.corrupt).unwrap_or(limit) >= limit;
        let mut left = entries.len();
        while !rest.is_empty() && !full(&page) {
            let (some, others) = rest.split_at(rest.len().min((limit - page.items.len()).clamp(8, ROWS)));
            rest = others;
            let keys: Vec<Key> =
                some.iter().filter_map(|(key, _)| Some(keys_of(&(self.cursor)(key)?.id))).flatten().collect();
            step.load(keys).await?;
            for (key, _) in some {
                let cursor = (self.cursor)(key);
                if full(&page) {
                    break;
                }
                (page.next, left) = (cursor, left - 1);
                let Some(cursor) = cursor else { continue };
                match step.loaded_pair(&cursor.id) {
                    // If the row does not have this entry, the record has changed between the two reads. It is skipped
                    // here, because it now has another entry.
                    Ok(Some(pair)) if index::of_record(&pair.record).iter().any(|(entry, _)| entry == key) => {
                        page.items.extend(pair.joined().ok().filter(|record| self.show.shows(record)));
                    }
                    Ok(_) => {}
                    Err(_) => page.corrupt += 1,
                }
            }
        }
        page.next = page.next.filter(|_| left > 0);
        Ok(page)
    }
}

fn newest_first(key: &[u8]) -> Option<Cursor> {
    let (at, _) = key.last_chunk::<24>()?.split_first_chunk::<8>()?;
    Some(Cursor { at: Timestamp::from_micros(!u64::from_be_bytes(*at))?, id: key::last_id_newest_first(key)? })
}

fn oldest_first(key: &[u8]) -> Option<Cursor> {
    let (at, _) = key.last_chunk::<24>()?.split_first_chunk::<8>()?;
    Some(Cursor { at: Timestamp::from_micros(u64::from_be_bytes(*at))?, id: key::last_id(key)? })
}

fn by_id(key: &[u8]) -> Option<Cursor> {
    Some(Cursor { at: Timestamp::EPOCH, id: key::last_id(key)? })
}

/// Counts, for each digest key, the records whose digest was made with this key. Records that do not decode are not
/// counted. The scan does not read from one snapshot, so it can miss a record that is written during the scan.
pub(crate) async fn census(engine: &dyn Engine) -> Result<Vec<(KeyId, u64)>, StoreError> {
    let (mut from, until) = (key::rows().key(), key::rows().end_of_prefix());
    let mut counts = BTreeMap::new();
    loop {
        let page = engine.scan(&from, &until, SCAN).await.map_err(|error| unavailable("census", error))?;
        let ids = page.iter().filter_map(|(key, row)| Some((key::last_id(key)?, row)));
        let keys = ids.filter_map(|(id, row): (RecordId, _)| Some(read_record(id, row).ok()?.key_id));
        keys.for_each(|key| *counts.entry(key).or_insert(0) += 1);
        match page.last() {
            Some((key, _)) if page.len() == SCAN => from = key::after(key.clone()),
            _ => return Ok(counts.into_iter().collect()),
        }
    }
}

//! Reads all pages of a listing, of the due notices, or of the families of an owner.

use std::collections::HashSet;

use counterfoil::Timestamp;
use counterfoil::store::{Cursor, FamilyParts, Listing, Page, TokenRecord, TokenStore};
use counterfoil::types::{FamilyId, RecordId};

use crate::sample::{Person, most};
use crate::violation::{Violation, ensure};

/// The number of pages after which a walk that has not ended is reported as a violation. Every listing of the suite has
/// fewer pages, so a longer walk means that the cursor does not advance.
const ENDLESS: usize = 10_000;

/// What is read page by page: a listing, or the notices that are due at an instant.
#[derive(Clone, Copy)]
enum Walked<'a> {
    Listing(Listing<'a>),
    Due(Timestamp),
}

/// Reads all pages of a listing, each with at most `limit` records. Returns the records in the order of the listing.
///
/// # Errors
///
/// A violation if a page has more than `limit` records, if a record is returned twice, or if the pages do not end.
pub async fn walk(store: &dyn TokenStore, of: Listing<'_>, limit: u32) -> Result<Vec<TokenRecord>, Violation> {
    Ok(collect(store, Walked::Listing(of), limit).await?.0)
}

/// Reads all pages of the records whose notice is due at `now`, each with at most `limit` records. Returns the records.
///
/// # Errors
///
/// The same errors as [`walk`].
pub async fn walk_due(store: &dyn TokenStore, now: Timestamp, limit: u32) -> Result<Vec<TokenRecord>, Violation> {
    Ok(collect(store, Walked::Due(now), limit).await?.0)
}

/// Like [`walk`], for a store without damaged rows. It is a violation if a page counts a damaged row.
pub(crate) async fn walk_intact(
    store: &dyn TokenStore,
    of: Listing<'_>,
    limit: u32,
) -> Result<Vec<TokenRecord>, Violation> {
    intact(collect(store, Walked::Listing(of), limit).await?)
}

/// Like [`walk_due`], for a store without damaged rows. It is a violation if a page counts a damaged row.
pub(crate) async fn walk_due_intact(
    store: &dyn TokenStore,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<TokenRecord>, Violation> {
    intact(collect(store, Walked::Due(now), limit).await?)
}

fn intact((records, corrupt): (Vec<TokenRecord>, u32)) -> Result<Vec<TokenRecord>, Violation> {
    ensure!(corrupt == 0, "no row is damaged, but the pages of a walk counted {corrupt} as damaged");
    Ok(records)
}

/// Reads all pages of the families of a person, each with at most `limit` families. Returns the rows of the families.
///
/// # Errors
///
/// A violation if a page has more than `limit` families, if the ids do not ascend, or if the pages do not end. So no
/// family is returned twice.
pub async fn walk_families_of(
    store: &dyn TokenStore,
    person: &Person,
    limit: u32,
) -> Result<Vec<FamilyParts>, Violation> {
    Ok(collect_families(store, person, limit).await?.0)
}

/// Like [`walk_families_of`]. Also returns how many damaged rows the pages counted.
pub(crate) async fn collect_families(
    store: &dyn TokenStore,
    person: &Person,
    limit: u32,
) -> Result<(Vec<FamilyParts>, u32), Violation> {
    let (mut all, mut damaged, mut after) = (Vec::<FamilyParts>::new(), 0, None::<FamilyId>);
    for _ in 0..ENDLESS {
        let page = store.list_families(&person.realm, &person.owner, after.as_ref(), most(limit)).await?;
        let Page { items, next, corrupt } = page;
        ensure!(items.len() <= limit as usize, "a page of at most {limit} must not hold {} families", items.len());
        for item in items {
            let last = all.last().map(|last| last.id);
            ensure!(last < Some(item.id), "families must come in ascending order of id, but {:?} came late", item.id);
            all.push(item);
        }
        damaged += corrupt;
        if next.is_none() {
            return Ok((all, damaged));
        }
        after = next;
    }
    Err(Violation::new(format!("a walk over families must end, but {ENDLESS} pages of {limit} did not end it")))
}

/// Returns the ids of the records.
#[must_use]
pub fn ids(records: &[TokenRecord]) -> Vec<RecordId> {
    records.iter().map(|record| record.record().id).collect()
}

/// Returns the ids of the records in ascending order. Tests use it for listings whose order is not defined.
#[must_use]
pub fn sorted_ids(records: &[TokenRecord]) -> Vec<RecordId> {
    let mut found = ids(records);
    found.sort_unstable();
    found
}

/// Reads page after page until `next` is `None`. Returns the records of all pages, and how many damaged rows the pages
/// counted.
async fn collect(store: &dyn TokenStore, walked: Walked<'_>, limit: u32) -> Result<(Vec<TokenRecord>, u32), Violation> {
    let (mut all, mut seen, mut after) = (Vec::<TokenRecord>::new(), HashSet::new(), None::<Cursor>);
    let mut damaged = 0;
    for _ in 0..ENDLESS {
        let Page { items, next, corrupt } = match walked {
            Walked::Listing(of) => store.list(of, after.as_ref(), most(limit)).await?,
            Walked::Due(now) => store.due(now, after.as_ref(), most(limit)).await?,
        };
        ensure!(items.len() <= limit as usize, "a page of at most {limit} must not hold {}", items.len());
        for item in items {
            let id = item.record().id;
            ensure!(seen.insert(id), "a walk must show each record once, but {id:?} came again");
            all.push(item);
        }
        damaged += corrupt;
        if next.is_none() {
            return Ok((all, damaged));
        }
        after = next;
    }
    Err(Violation::new(format!("a walk must end, but {ENDLESS} pages of {limit} did not end it")))
}

//! Reads a listing page by page, with a purge after the first page. If the purge removes the last record of that page,
//! the next page must continue after the position that this record had.

use counterfoil::store::{Listing, StoreError, TokenRecord, TokenStore};

use super::act::{Walked, purge, purge_model, walk};
use super::answer::Answer;
use super::command::{Listed, Purge};
use crate::reference::Model;
use crate::sample::most;

/// Reads the first page of the listing, purges both the store and the model, and then reads the other pages of the
/// store. Returns the records that must be on the pages, and those that the store returned.
pub(super) async fn walk_while_purged(
    store: &dyn TokenStore,
    model: &mut Model,
    of: &Listed,
    limit: u32,
    limits: Purge,
) -> Result<(Answer, Answer), StoreError> {
    let listing = of.as_listing();
    let (mut shown, mut after) = (Vec::new(), None);
    // Reads up to the first page that is not empty. A page may be empty even if it is not the last one.
    for _ in 0..1_000 {
        let page = store.list(listing, after.as_ref(), most(limit)).await?;
        shown = page.items;
        after = page.next;
        if !shown.is_empty() || after.is_none() {
            break;
        }
    }
    let before = model.list(listing, None, usize::MAX).items;
    let mut wanted: Vec<TokenRecord> = before.into_iter().take(shown.len()).collect();
    let _ = (purge_model(model, limits), purge(store, limits).await?);
    if let Some(after) = after {
        let behind = |record: &&TokenRecord| shown.last().is_none_or(|last| is_behind(listing, record, last));
        wanted.extend(model.list(listing, None, usize::MAX).items.iter().filter(behind).cloned());
        match walk(store, Walked::Listing(listing), limit, Some(after)).await? {
            Ok((rest, _)) => shown.extend(rest),
            Err(wrong) => return Ok((Answer::listed(&wanted, None), wrong)),
        }
    }
    Ok((Answer::listed(&wanted, None), Answer::listed(&shown, None)))
}

fn is_behind(of: Listing<'_>, record: &TokenRecord, last: &TokenRecord) -> bool {
    let (record, last) = (record.record(), last.record());
    match of {
        Listing::Owner { .. } => (record.created_at, record.id) < (last.created_at, last.id),
        Listing::Kind { .. } => record.id > last.id,
    }
}

//! Concurrent calls from one thread, to prepare and to inspect data. Calls one after another would take most of the
//! time of a race, because each waits for a server. The races themselves use their own threads.

use counterfoil::store::{TokenRecord, TokenStore};
use counterfoil::types::RecordId;
use futures_util::future::try_join_all;

use crate::sample::{Draft, must_get};
use crate::violation::Violation;

/// The number of concurrent calls. It equals the number of threads in a race, so that no store must serve more calls.
const ABREAST: usize = 64;

/// Returns the stored records with these ids, in the same order.
pub(crate) async fn get_all(store: &dyn TokenStore, ids: &[RecordId]) -> Result<Vec<Option<TokenRecord>>, Violation> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(ABREAST) {
        found.extend(try_join_all(ids.iter().map(|id| store.get(id))).await?);
    }
    Ok(found)
}

/// Like [`get_all`], for ids that must all exist.
pub(crate) async fn must_get_all(store: &dyn TokenStore, ids: &[RecordId]) -> Result<Vec<TokenRecord>, Violation> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(ABREAST) {
        found.extend(try_join_all(ids.iter().map(|id| must_get(store, id))).await?);
    }
    Ok(found)
}

/// Inserts all drafts. Each insert must succeed.
pub(crate) async fn found_all(store: &dyn TokenStore, drafts: &[Draft]) -> Result<(), Violation> {
    for drafts in drafts.chunks(ABREAST) {
        try_join_all(drafts.iter().map(|draft| draft.found(store))).await?;
    }
    Ok(())
}

//! Makes many calls concurrently on one thread, to prepare and to inspect the data of a race. If the calls ran one
//! after another, each waiting for a server, they would take most of the time of the race. The races themselves use
//! their own threads.

use counterfoil::store::{TokenRecord, TokenStore};
use counterfoil::types::RecordId;
use futures_util::future::try_join_all;

use crate::sample::{Draft, must_get};
use crate::violation::Violation;

/// The largest number of calls that run concurrently. It is the number of threads in the largest race. So a store
/// serves no more calls at once here than in a race.
const ABREAST: usize = 64;

/// Reads the records with these ids. The result has the same order as the ids, with `None` for each record that does
/// not exist.
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

/// Inserts all drafts. It is a violation if an insert is refused.
pub(crate) async fn found_all(store: &dyn TokenStore, drafts: &[Draft]) -> Result<(), Violation> {
    for drafts in drafts.chunks(ABREAST) {
        try_join_all(drafts.iter().map(|draft| draft.found(store))).await?;
    }
    Ok(())
}

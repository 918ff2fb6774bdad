//! Many calls at once from one thread, for what is only laid out or looked at: one after the other, their trips would be most of what a race on a server
//! takes. What races does so on threads of its own.

use counterfoil::store::{TokenRecord, TokenStore};
use counterfoil::types::RecordId;
use futures_util::future::try_join_all;

use crate::sample::{Draft, must_get};
use crate::violation::Violation;

/// As many calls as a race's threads make: a store that serves these serves those.
const ABREAST: usize = 64;

/// What stands under those ids, in their order.
pub(crate) async fn get_all(store: &dyn TokenStore, ids: &[RecordId]) -> Result<Vec<Option<TokenRecord>>, Violation> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(ABREAST) {
        found.extend(try_join_all(ids.iter().map(|id| store.get(id))).await?);
    }
    Ok(found)
}

/// The same where each of them must be there.
pub(crate) async fn must_get_all(store: &dyn TokenStore, ids: &[RecordId]) -> Result<Vec<TokenRecord>, Violation> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(ABREAST) {
        found.extend(try_join_all(ids.iter().map(|id| must_get(store, id))).await?);
    }
    Ok(found)
}

/// Inserts all of them, which must succeed.
pub(crate) async fn found_all(store: &dyn TokenStore, drafts: &[Draft]) -> Result<(), Violation> {
    for drafts in drafts.chunks(ABREAST) {
        try_join_all(drafts.iter().map(|draft| draft.found(store))).await?;
    }
    Ok(())
}

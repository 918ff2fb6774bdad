//! Reads all families of a store.

use std::num::NonZeroU32;

use counterfoil::store::{StoreError, Transfer, WholeFamily};

use crate::failure::Failure;

const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);

/// Calls `look` with each family of the store. Returns how many families were skipped because one of their rows cannot
/// be decoded.
pub(super) async fn each_family(store: &dyn Transfer, mut look: impl FnMut(&WholeFamily)) -> Result<u64, Failure> {
    let (mut after, mut corrupt) = (None, 0);
    loop {
        let page = store.families(after.as_ref(), BATCH).await.map_err(Failure::failed)?;
        corrupt += u64::from(page.corrupt);
        for id in &page.items {
            match store.family(id).await {
                Ok(Some(whole)) => look(&whole),
                // The family was purged after its id was read.
                Ok(None) => {}
                Err(StoreError::Corrupt { .. }) => corrupt += 1,
                Err(error) => return Err(Failure::failed(error)),
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(corrupt);
        }
    }
}

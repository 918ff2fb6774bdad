//! Removes expired data, one batch per call.

use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::store::listing::Progress;
use crate::types::time::Timestamp;

impl Counterfoil {
    /// Removes one batch of expired data, in all realms of the store. Call it again, after a pause, while `more` is
    /// true. Results of other operations do not depend on purging, so it may be interrupted, run concurrently, or
    /// never run.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn purge(&self, limit: NonZeroU32) -> Result<Progress, Unavailable> {
        self.service.upkeep_is_done();
        purge(&self.service, limit, self.now()).await
    }
}

/// One batch: records whose `gone_at` is reached, used-up generations, counters whose window has ended. At most
/// `limit` records and `limit` counters.
///
/// Nothing depends on it: an item past its end is treated as absent whether a purge ran or not. It is safe
/// concurrently with everything, including other purges. An interrupted one has done less. Call it again, after a
/// pause, while `more` is true. It covers all realms of the store.
async fn purge(service: &Service, limit: NonZeroU32, now: Timestamp) -> Result<Progress, Unavailable> {
    let unsent_before = now.minus(service.policy.notices.unsent_kept);
    let records = service.store.purge(now, unsent_before, now, limit).await?;
    let counters = counters(service, limit, now).await?;
    Ok(Progress { changed: records.changed.saturating_add(counters.changed), more: records.more || counters.more })
}

/// Only the counters that ended by that instant.
pub(crate) async fn counters(service: &Service, limit: NonZeroU32, now: Timestamp) -> Result<Progress, Unavailable> {
    let changed = service.throttle.purge_counters(now, limit).await?;
    Ok(Progress { changed, more: changed >= u64::from(limit.get()) })
}

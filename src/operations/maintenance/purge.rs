//! Removes expired data, one batch per call.

use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::store::listing::Progress;
use crate::types::time::Timestamp;

impl Counterfoil {
    /// Removes one batch of expired data, in all realms of the store. While the result's `more` is true, call it again
    /// after a pause. The results of other operations do not depend on purging. So a purge may be interrupted, run
    /// concurrently, or never run.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed.
    pub async fn purge(&self, limit: NonZeroU32) -> Result<Progress, Unavailable> {
        self.service.upkeep_is_done();
        purge(&self.service, limit, self.now()).await
    }
}

/// Purges one batch. Removes records whose `gone_at` is reached, and shrinks records of used-up generations, at most
/// `limit` records in total. Also removes at most `limit` counters whose window has ended.
///
/// The result of no operation depends on a purge: an item whose end is reached is treated as absent, even if it is
/// still stored.
async fn purge(service: &Service, limit: NonZeroU32, now: Timestamp) -> Result<Progress, Unavailable> {
    let unsent_before = now.minus(service.policy.notices.unsent_kept);
    let records = service.store.purge(now, unsent_before, now, limit).await?;
    let counters = counters(service, limit, now).await?;
    Ok(Progress { changed: records.changed.saturating_add(counters.changed), more: records.more || counters.more })
}

/// Removes only counters, at most `limit`. A counter is removed if its window has ended by `now`.
pub(crate) async fn counters(service: &Service, limit: NonZeroU32, now: Timestamp) -> Result<Progress, Unavailable> {
    let changed = service.throttle.purge_counters(now, limit).await?;
    Ok(Progress { changed, more: changed >= u64::from(limit.get()) })
}

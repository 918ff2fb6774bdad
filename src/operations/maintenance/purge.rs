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

/// Purges one batch: removes records whose retention has ended, and removes counters whose window has ended. Also
/// reduces each replaced record whose retry window has ended to the fields that detect a replay. Changes at most
/// `limit` records and at most `limit` counters.
///
/// The result of no operation depends on a purge. A record or counter whose end is reached is treated as absent, even
/// if it is still stored.
async fn purge(service: &Service, limit: NonZeroU32, now: Timestamp) -> Result<Progress, Unavailable> {
    let unsent_before = now.minus(service.policy.notices.unsent_kept);
    let records = service.store.purge(now, unsent_before, now, limit).await?;
    let counters = counters(service, limit, now).await?;
    Ok(Progress { changed: records.changed.saturating_add(counters.changed), more: records.more || counters.more })
}

/// Removes at most `limit` counters of failures, those whose window has ended by `now`.
pub(crate) async fn counters(service: &Service, limit: NonZeroU32, now: Timestamp) -> Result<Progress, Unavailable> {
    let changed = service.throttle.purge_counters(now, limit).await?;
    Ok(Progress { changed, more: changed >= u64::from(limit.get()) })
}

//! Removes what nothing needs any more, one batch a call.

use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::store::change::Progress;
use crate::types::time::Timestamp;

impl Counterfoil {
    /// Removes one batch of what nothing needs any more, in all realms of the store. Call again, after a pause, while `more` says so;
    /// cut off, beside others or never: nothing that anybody sees depends on it.
    ///
    /// # Errors
    ///
    /// The store.
    pub async fn purge(&self, limit: NonZeroU32) -> Result<Progress, Unavailable> {
        self.service.upkeep_is_done();
        purge(&self.service, limit, self.now()).await
    }
}

/// One batch: records whose `gone_at` is reached, used-up generations, counters whose window has ended; at most `limit` of records and of counters each.
///
/// Nothing hangs on it: what is past its end is treated as gone whether a purge ran or not. Safe beside everything else, several at once
/// included; one that is cut off has done less. Call again, after a pause, while `more` says so. It covers all realms of the store.
async fn purge(service: &Service, limit: NonZeroU32, now: Timestamp) -> Result<Progress, Unavailable> {
    let unsent_before = now.minus(service.policy.notices.unsent_kept);
    let records = service.store.purge(now, unsent_before, now, limit).await?;
    let counters = counters(service, limit, now).await?;
    Ok(Progress { changed: records.changed.saturating_add(counters.changed), more: records.more || counters.more })
}

/// The counters alone, that ended by that instant.
pub(crate) async fn counters(service: &Service, limit: NonZeroU32, now: Timestamp) -> Result<Progress, Unavailable> {
    let changed = service.throttle.purge_counters(now, limit).await?;
    Ok(Progress { changed, more: changed >= u64::from(limit.get()) })
}

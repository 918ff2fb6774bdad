//! Purging: one batch of what nothing needs any more.

use std::num::NonZeroU32;

use crate::desk::Desk;
use crate::desk::error::Unavailable;
use crate::ports::change::Progress;
use crate::words::time::Ts;

/// One batch: records that are gone, used-up generations, counters whose window has ended; at most `limit` of records and of counters each.
///
/// Nothing hangs on it: what is past its end is treated as gone whether a purge ran or not. Safe beside everything else, several at once
/// included; one that is cut off has done less. Call again, after a pause, while `more` says so. It covers all realms of the store.
pub(crate) async fn purge(desk: &Desk, limit: NonZeroU32, now: Ts) -> Result<Progress, Unavailable> {
    let unsent_before = now.minus(desk.policy.notices.unsent_kept);
    let records = desk.store.purge(now, unsent_before, now, limit).await?;
    let counters = counters(desk, limit, now).await?;
    Ok(Progress { changed: records.changed.saturating_add(counters.changed), more: records.more || counters.more })
}

/// The counters alone: whoever counts goes by the same clock, so a wrong one loses nothing by it that is not lost already.
pub(crate) async fn counters(desk: &Desk, limit: NonZeroU32, now: Ts) -> Result<Progress, Unavailable> {
    let changed = desk.throttle.purge_counters(now, limit).await?;
    Ok(Progress { changed, more: changed >= u64::from(limit.get()) })
}

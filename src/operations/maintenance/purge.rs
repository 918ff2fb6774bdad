//! Removes expired data, one batch per call.

use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::policy::Policy;
use crate::record::record_parts::RecordParts;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::store::listing::Progress;
use crate::store::transfer::WholeFamily;
use crate::types::time::Timestamp;

impl Counterfoil {
    /// Removes one batch of expired data, in all realms of the store. While the result's `more` is true, call this
    /// method again after a pause. The results of other operations do not depend on purging. So a purge may be
    /// interrupted or omitted, and several purges may run concurrently.
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
/// `limit` records and at most `limit` counters. If the host imports tokens, also reads at most `limit` aliases, and
/// removes those whose record is gone.
///
/// The results of other operations do not depend on a purge. A record or counter whose end is reached is treated as
/// absent, even if it is still stored.
async fn purge(service: &Service, limit: NonZeroU32, now: Timestamp) -> Result<Progress, Unavailable> {
    let records = service.store.purge(now, unsent_before(&service.policy, now), now, limit).await?;
    let counters = counters(service, limit, now).await?;
    let aliases = service.remove_dangling(limit, now).await?;
    let changed = records.changed.saturating_add(counters.changed).saturating_add(aliases);
    Ok(Progress { changed, more: records.more || counters.more })
}

/// The limit for records with an unsent notice, in a purge at `now`: the instant `now` minus the policy's
/// `unsent_kept`. A purge removes such a record only if its `gone_at` (the end of its retention) is not later than this
/// limit. For other records, the limit is `now`. So a record with an unsent notice is kept longer by `unsent_kept`, and
/// its notice can still be sent.
pub(crate) fn unsent_before(policy: &Policy, now: Timestamp) -> Timestamp {
    now.minus(policy.notices.unsent_kept)
}

/// Counts the records of a family that [`Counterfoil::purge`] would remove under this policy at the instant `now`.
///
/// ```
/// use counterfoil::Timestamp;
/// use counterfoil::operations::purgeable;
/// use counterfoil::policy::Policy;
/// use counterfoil::store::Transfer as _;
///
/// # futures_executor::block_on(async {
/// let service = counterfoil::testing::service();
/// let token = service.personal_access_token("ivan", None).await.view;
/// let found = service.store().inner().family(&token.id.family()).await.expect("in memory");
/// let (family, policy) = (found.expect("not purged"), Policy::default());
/// assert_eq!(purgeable(&family, &policy, token.created_at), 0);
/// assert_eq!(purgeable(&family, &policy, Timestamp::MAX), 1);
/// # });
/// ```
#[must_use]
pub fn purgeable(family: &WholeFamily, policy: &Policy, now: Timestamp) -> usize {
    let unsent_before = unsent_before(policy, now);
    let is_gone = |member: &&RecordParts| {
        let limit = if member.notice.is_some() { unsent_before } else { now };
        family.family().gone_at_of(member).is_some_and(|gone_at| limit.reached(gone_at))
    };
    family.members().iter().filter(is_gone).count()
}

/// Removes at most `limit` failure counters. Removes only counters whose window has ended by `now`.
pub(crate) async fn counters(service: &Service, limit: NonZeroU32, now: Timestamp) -> Result<Progress, Unavailable> {
    let changed = service.throttle.purge_counters(now, limit).await?;
    Ok(Progress { changed, more: changed >= u64::from(limit.get()) })
}

//! Writes to the store the times of last use and the new digests that verifications leave in memory. `shutdown` also
//! looks up the texts that were reported as leaked.

use crate::counterfoil::Counterfoil;
use crate::operations::leaks::intake::drain;
use crate::service::uses::Flushed;

impl Counterfoil {
    /// Writes two things that verifications leave in memory: the times of last use that are due, and the new digests of
    /// records whose digest was computed under an older key. The library does not do this by itself. So the host must
    /// call this method about every minute, or run [`Counterfoil::run_upkeep`].
    ///
    /// # Cancel safety
    ///
    /// Times of last use that are not written stay in memory until the next call.
    pub async fn flush(&self) -> Flushed {
        let now = self.now();
        self.service.upkeep_is_done();
        self.service.flush_rekeying(now).await;
        self.service.flush_uses(now, false).await
    }

    /// Finishes the work that is kept in memory. Call this method before the process ends, because the content of the
    /// memory is then lost. The method looks up at most 10,000 of the texts that were reported as leaked and still
    /// wait. It then writes the new digests, and all times of last use, even those that are not due yet. Returns how
    /// many times of last use were written, and how many were not.
    ///
    /// If texts are left, because a store failed or because there are too many, the event
    /// [`EventKind::ReportsDropped`](crate::event::EventKind::ReportsDropped) has their number.
    ///
    /// # Cancel safety
    ///
    /// What a dropped call has not done stays in memory.
    pub async fn shutdown(&self) -> Flushed {
        let now = self.now();
        self.service.upkeep_is_done();
        drain(&self.service, now).await;
        self.service.flush_rekeying(now).await;
        self.service.flush_uses(now, true).await
    }
}

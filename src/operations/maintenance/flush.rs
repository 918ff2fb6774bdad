//! Writes to the store what verifications leave in memory: the times of last use, and new digests.

use crate::counterfoil::Counterfoil;
use crate::service::uses::Flushed;

impl Counterfoil {
    /// Writes two things that verifications leave in memory: the times of last use that are due, and the new digests of
    /// records whose digest was computed under an older key. The library does not do this by itself. The host calls
    /// this method about every minute, or runs [`Counterfoil::run_upkeep`].
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

    /// Writes all pending times of last use, even those that are not due yet. Returns how many were written, and how
    /// many were not. Call this method before the process ends.
    pub async fn shutdown(&self) -> Flushed {
        let now = self.now();
        self.service.upkeep_is_done();
        self.service.flush_rekeying(now).await;
        self.service.flush_uses(now, true).await
    }
}

//! Writes the pending last uses and new digests.

use crate::counterfoil::Counterfoil;
use crate::service::uses::Flushed;

impl Counterfoil {
    /// Writes the last uses that are due, and new digests for records whose digest was computed under an older key. The
    /// library does not do this by itself: the host calls this method about every minute, or runs
    /// [`Counterfoil::run_upkeep`].
    ///
    /// # Cancel safety
    ///
    /// Last uses that are not written stay in the buffer.
    pub async fn flush(&self) -> Flushed {
        let now = self.now();
        self.service.upkeep_is_done();
        self.service.flush_rekeying(now).await;
        self.service.flush_uses(now, false).await
    }

    /// Writes all pending last uses, even those that are not due yet. Returns how many uses were written, and how many
    /// were not. Call this method before the process ends.
    pub async fn shutdown(&self) -> Flushed {
        let now = self.now();
        self.service.upkeep_is_done();
        self.service.flush_rekeying(now).await;
        self.service.flush_uses(now, true).await
    }
}

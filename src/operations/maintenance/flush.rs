//! Writes the pending last uses and new digests.

use crate::counterfoil::Counterfoil;
use crate::service::uses::Flushed;

impl Counterfoil {
    /// Writes the last uses that are due, and new digests for records that were digested under an older key. The host
    /// calls it from its own loop, about every minute, or runs [`Counterfoil::run_upkeep`]; nothing runs by itself.
    ///
    /// # Cancel safety
    ///
    /// Unwritten uses stay in the buffer.
    pub async fn flush(&self) -> Flushed {
        let now = self.now();
        self.service.upkeep_is_done();
        self.service.flush_rekeying(now).await;
        self.service.flush_uses(now, false).await
    }

    /// Writes every pending use, whatever its interval, and reports what it could not write. Call it before the
    /// process ends.
    pub async fn shutdown(&self) -> Flushed {
        let now = self.now();
        self.service.upkeep_is_done();
        self.service.flush_rekeying(now).await;
        self.service.flush_uses(now, true).await
    }
}

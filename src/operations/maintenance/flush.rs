//! Writes the last uses and the new digests that wait in the process.

use crate::counterfoil::Counterfoil;
use crate::service::uses::Flushed;

impl Counterfoil {
    /// Writes the uses that are due, and new digests of records that bear an older key. Called by the host's own loop, about every
    /// minute, or by [`Counterfoil::run_upkeep`]; nothing runs by itself.
    ///
    /// # Cancel safety
    ///
    /// What was not written stays in the buffer.
    pub async fn flush(&self) -> Flushed {
        let now = self.now();
        self.service.upkeep_is_done();
        self.service.flush_rekeying(now).await;
        self.service.flush_uses(now, false).await
    }

    /// Writes every use that waits, whatever its interval, and reports what it could not write. Call it before the process ends.
    pub async fn shutdown(&self) -> Flushed {
        let now = self.now();
        self.service.upkeep_is_done();
        self.service.flush_rekeying(now).await;
        self.service.flush_uses(now, true).await
    }
}

//! What a host's own loop does: uses written, what is gone purged.

use std::num::NonZeroU32;
use std::time::Duration;

use counterfoil::Counterfoil;

/// How often.
const PAUSE: Duration = Duration::from_secs(5);
const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);

/// Goes round until it is dropped.
pub(crate) async fn upkeep(foil: Counterfoil) {
    let mut round = tokio::time::interval(PAUSE);
    round.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        round.tick().await;
        let flushed = foil.flush().await;
        tracing::trace!(?flushed, "flushed");
        if let Err(error) = purge(&foil).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "not purged");
        }
    }
}

/// Batch after batch, letting others in between.
async fn purge(foil: &Counterfoil) -> Result<(), counterfoil::Unavailable> {
    while foil.purge(BATCH).await?.more {
        tokio::task::yield_now().await;
    }
    Ok(())
}

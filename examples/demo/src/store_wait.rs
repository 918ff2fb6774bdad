//! Writes log lines while the start waits for the store.

use std::pin::pin;
use std::time::Duration;

/// The time between two log lines.
const LOG_INTERVAL: Duration = Duration::from_secs(3);

/// Waits until `opening` completes. There is no time limit, because a migration of a large database can take long.
/// During the wait, a log line is written at regular intervals.
pub(crate) async fn with_progress_log<T>(opening: impl Future<Output = T>) -> T {
    let mut opening = pin!(opening);
    let mut waited = Duration::ZERO;
    loop {
        if let Ok(opened) = tokio::time::timeout(LOG_INTERVAL, &mut opening).await {
            return opened;
        }
        waited += LOG_INTERVAL;
        let seconds = waited.as_secs();
        tracing::warn!(seconds, "the store is not open yet; check that the server of COUNTERFOIL_STORE answers");
    }
}

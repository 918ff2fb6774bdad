//! Waiting for the store at the start, and saying so.

use std::pin::pin;
use std::time::Duration;

/// How often it is said.
const SAID: Duration = Duration::from_secs(3);

/// Waits as long as it takes, for a large database may be brought to a new schema; the log says what is waited for.
pub(crate) async fn waited_for<T>(opening: impl Future<Output = T>) -> T {
    let mut opening = pin!(opening);
    let mut waited = Duration::ZERO;
    loop {
        if let Ok(opened) = tokio::time::timeout(SAID, &mut opening).await {
            return opened;
        }
        waited += SAID;
        let seconds = waited.as_secs();
        tracing::warn!(seconds, "the store is not open yet: does what COUNTERFOIL_STORE names answer?");
    }
}

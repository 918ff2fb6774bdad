//! The signals that stop the process.

use tokio::signal::unix::{SignalKind, signal};

/// Returns a future that completes on SIGINT or SIGTERM. It also notices signals between this call and the first poll.
pub(crate) fn stop() -> impl Future<Output = ()> {
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        // If a handler cannot be installed, the signal ends the process at once, which is the default.
        match (interrupt, terminate) {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
            }
            _ => std::future::pending().await,
        }
    }
}

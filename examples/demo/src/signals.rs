//! The signals that stop the process.

use tokio::signal::unix::{SignalKind, signal};

/// Completes on SIGINT or SIGTERM. Signals are noticed from the call on, not only from the first poll.
pub(crate) fn stop() -> impl Future<Output = ()> {
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        // If no handler can be installed, a signal still ends the process by default.
        match (interrupt, terminate) {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
            }
            _ => std::future::pending().await,
        }
    }
}

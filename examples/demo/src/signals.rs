//! The signals that stop the process.

use tokio::signal::unix::{SignalKind, signal};

/// Ready when SIGINT or SIGTERM comes. Heard from the moment of the call on.
pub(crate) fn stop() -> impl Future<Output = ()> {
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        // A signal that cannot be waited for ends the process at once, which is what it does without anybody waiting.
        match (interrupt, terminate) {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
            }
            _ => std::future::pending().await,
        }
    }
}

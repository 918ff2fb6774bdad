//! The signals that stop the process.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Returns a future that completes on SIGINT or SIGTERM, also if the signal arrives before the first poll.
pub(crate) fn stop() -> impl Future<Output = ()> {
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        tokio::select! { () = received(interrupt) => {} () = received(terminate) => {} }
    }
}

/// Completes when the signal is received. If its handler could not be installed, never completes: the signal then ends
/// the process, which is what the system does without a handler.
async fn received(signal: std::io::Result<Signal>) {
    match signal {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

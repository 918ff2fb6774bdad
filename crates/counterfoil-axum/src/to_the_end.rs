//! Completes requests whose caller disconnects.

use std::future::pending;
use std::panic::resume_unwind;

use tracing::Instrument as _;
use tracing::instrument::WithSubscriber as _;

/// Runs a future to completion, even if the caller disconnects and its request is dropped.
///
/// The check of a secret is two steps in the store: an attempt is reserved, and later its result is recorded. A request
/// dropped between them would count as a wrong secret. By dropping many requests, a caller could lock out a client or a
/// person.
pub(crate) async fn to_the_end<F>(future: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    match tokio::spawn(future.in_current_span().with_current_subscriber()).await {
        Ok(output) => output,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            // The runtime is shutting down, so no caller waits for a response.
            Err(_) => pending().await,
        },
    }
}

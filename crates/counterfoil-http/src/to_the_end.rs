//! Completes a request even if its caller disconnects.

use std::future::pending;
use std::panic::resume_unwind;

use tracing::Instrument as _;
use tracing::instrument::WithSubscriber as _;

/// Runs a future to completion, even if the caller disconnects and its request is dropped.
///
/// The test of a secret has two steps in the store: an attempt is reserved, and then settled. A request that is
/// interrupted between these steps would count as a wrong secret. A caller that interrupts many requests could lock out
/// a client or a person.
///
/// This function needs a tokio runtime. If the future panics, this function panics.
///
/// # Cancel safety
///
/// Once polled, the future runs to its end, even if the future of this function is dropped.
///
/// ```
/// use counterfoil_http::request::to_the_end;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(to_the_end(async { 1 + 1 }).await, 2);
/// # }
/// ```
pub async fn to_the_end<F>(future: F) -> F::Output
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

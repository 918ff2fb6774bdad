//! Requests whose caller goes away.

use std::future::pending;
use std::panic::resume_unwind;

use tracing::Instrument as _;
use tracing::instrument::WithSubscriber as _;

/// Carries a future out to its end, also if the caller goes away meanwhile and its request is dropped.
///
/// The test of a secret is two steps of the store: an attempt is reserved, and then settled. A request that is cut
/// between them would count as a wrong secret, and a caller that cuts many could lock a client or a person out.
///
/// It needs a tokio runtime. A panic of the future is a panic here.
///
/// # Cancel safety
///
/// Once polled, the future runs to its end, also if this one is dropped.
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
            // The runtime shuts down, and nobody waits for an answer.
            Err(_) => pending().await,
        },
    }
}

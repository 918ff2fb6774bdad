//! Dropping a future half-way, as a request does whose client hangs up.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Polls after which a future that is still not done is left alone: deeper waits have not been seen.
pub(crate) const DEEPEST: u32 = 48;

/// Drops the future after so many polls; its answer, where it was done before.
pub(crate) async fn cut<T>(future: impl Future<Output = T>, polls: u32) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending if left <= 1 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

//! Drops a future before it is done, as a server drops the future of a request when the client closes the connection.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use counterfoil::testing::{BackendCalls, listen};

/// The largest number of polls after which the tests drop a future. Every operation of the tests is done after fewer
/// polls.
pub(crate) const DEEPEST: u32 = 48;

/// A listener of backend calls. It returns `Pending` once at the beginning of each backend call, so that a test can
/// drop the operation at this point.
struct Waits;

impl BackendCalls for Waits {
    fn poll_call(&self, first: bool, context: &mut Context<'_>) -> Poll<()> {
        if !first {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Polls the future at most `polls` times, and then drops it. Returns the future's output, or `None` if the future was
/// dropped before it was done.
pub(crate) async fn cut<T>(future: impl Future<Output = T> + Send, polls: u32) -> Option<T> {
    let mut future = pin!(listen(Arc::new(Waits), Box::pin(future)));
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

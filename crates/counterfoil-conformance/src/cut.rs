//! Drops a future before it is done, as a server does with a request whose client closes the connection.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use counterfoil::testing::{BackendCalls, listen};

/// The largest number of polls after which a future is dropped. No operation in the tests waits more often than this.
pub(crate) const DEEPEST: u32 = 48;

/// Makes each backend call wait once, so that a future can be dropped at this call.
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

/// Drops the future after `polls` polls. Returns the answer of the future if it was done earlier.
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

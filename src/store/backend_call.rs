//! Test hooks at the points where a store calls its backend. A test can observe these calls, and choose which of
//! several concurrent operations continues.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

/// A listener of a test. The store reports each call of its backend to this listener, which decides when the store can
/// make the call.
pub trait BackendCalls: Send + Sync {
    /// Polled before each call of the store to its backend. The store makes the call when the result is `Ready`.
    /// `first` is true if this is the first poll for that call. An implementation that returns `Pending` must wake the
    /// task later.
    fn poll_call(&self, first: bool, context: &mut Context<'_>) -> Poll<()>;

    /// Called in the middle of an operation of a store, between two writes or two reads that are not atomic together.
    /// The store can hold a lock here. So an implementation can let other threads run, but must not wait until another
    /// operation ends.
    fn inside_step(&self) {}
}

/// The number of [`Listened`] futures in this process. While it is zero, [`backend_call`] and [`inside_step`] cost one
/// atomic load.
static LISTENED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static LISTENER: RefCell<Option<Arc<dyn BackendCalls>>> = const { RefCell::new(None) };
}

/// Returns the future that a store awaits before each call to its backend. The future is ready at once unless a test
/// [listens](listen).
///
/// While a store awaits this future, it must not hold a lock that blocks threads. A listener observes only the task
/// that polls the operation, not a task that the store spawns.
pub fn backend_call() -> BackendCall {
    BackendCall { first: true }
}

/// The future of [`backend_call`].
#[derive(Debug)]
#[must_use]
pub struct BackendCall {
    first: bool,
}

impl Future for BackendCall {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if LISTENED.load(Ordering::Relaxed) == 0 {
            return Poll::Ready(());
        }
        let Some(listener) = LISTENER.with_borrow(Clone::clone) else { return Poll::Ready(()) };
        let first = std::mem::take(&mut self.first);
        listener.poll_call(first, context)
    }
}

/// A test hook in the middle of an operation. A store calls it between two writes or two reads that are not atomic
/// together. It has an effect only while a test [listens](listen).
pub fn inside_step() {
    if LISTENED.load(Ordering::Relaxed) > 0
        && let Some(listener) = LISTENER.with_borrow(Clone::clone)
    {
        listener.inside_step();
    }
}

/// Wraps a future so that `listener` observes every [`backend_call`] and [`inside_step`] in it.
pub fn listen<F: Future + Unpin>(listener: Arc<dyn BackendCalls>, future: F) -> Listened<F> {
    LISTENED.fetch_add(1, Ordering::Relaxed);
    Listened { listener, future }
}

/// The future of [`listen`].
#[must_use]
pub struct Listened<F> {
    listener: Arc<dyn BackendCalls>,
    future: F,
}

impl<F: Future + Unpin> Future for Listened<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _outer = Outer(LISTENER.replace(Some(Arc::clone(&self.listener))));
        Pin::new(&mut self.future).poll(context)
    }
}

impl<F> Drop for Listened<F> {
    fn drop(&mut self) {
        LISTENED.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Restores the previous listener of the thread when a poll ends, even if the poll panics.
struct Outer(Option<Arc<dyn BackendCalls>>);

impl Drop for Outer {
    fn drop(&mut self) {
        LISTENER.replace(self.0.take());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use futures_executor::block_on;

    use super::*;

    struct Counts(AtomicU32);

    impl BackendCalls for Counts {
        fn poll_call(&self, first: bool, context: &mut Context<'_>) -> Poll<()> {
            if first {
                self.0.fetch_add(1, Ordering::Relaxed);
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        }
    }

    #[test]
    fn a_listener_hears_each_call_of_its_own_future_and_of_no_other() {
        let counts = Arc::new(Counts(AtomicU32::new(0)));
        let listener: Arc<dyn BackendCalls> = Arc::clone(&counts) as _;
        block_on(listen(
            listener,
            Box::pin(async {
                backend_call().await;
                backend_call().await;
            }),
        ));
        block_on(backend_call());
        assert_eq!(counts.0.load(Ordering::Relaxed), 2);
    }
}

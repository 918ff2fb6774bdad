//! Pauses one call of a store directly before one of the backend calls that it makes. Another call of the store runs to
//! its end during the pause.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use counterfoil::testing::{BackendCalls, listen};

type Act<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How long the second call may take while the first call is paused. If it takes longer, it probably waits for a lock
/// that the first call holds. Therefore the first call then continues.
const PATIENCE: Duration = Duration::from_millis(50);

/// A gate that pauses a call of a store directly before the backend call with the number `at`, until the gate is
/// opened.
struct Gate {
    at: usize,
    calls: AtomicUsize,
    paused: AtomicBool,
    open: AtomicBool,
}

impl BackendCalls for Gate {
    fn poll_call(&self, first: bool, _: &mut Context<'_>) -> Poll<()> {
        if first && self.calls.fetch_add(1, Ordering::SeqCst) == self.at {
            self.paused.store(true, Ordering::SeqCst);
        }
        let waits = self.paused.load(Ordering::SeqCst) && !self.open.load(Ordering::SeqCst);
        if waits { Poll::Pending } else { Poll::Ready(()) }
    }
}

/// Runs `first` until its backend call with the number `at`, then `second` to its end, then the rest of `first`.
/// Returns both answers, and whether `first` was paused. `first` is not paused if it makes fewer backend calls.
#[expect(clippy::disallowed_methods, reason = "a bound in real time on the wait for a lock, not the injected clock")]
pub(super) async fn halted<T: Send>(first: Act<'_, T>, mut second: Act<'_, T>, at: usize) -> ([T; 2], bool) {
    let gate = Arc::new(Gate { at, calls: 0.into(), paused: false.into(), open: false.into() });
    let mut first = listen(Arc::clone(&gate) as Arc<dyn BackendCalls>, first);
    let (mut one, mut other, mut begun) = (None, None, None);
    let answers = poll_fn(|context| {
        if one.is_none()
            && let Poll::Ready(answer) = Pin::new(&mut first).poll(context)
        {
            one = Some(answer);
        }
        if other.is_none() && (one.is_some() || gate.paused.load(Ordering::SeqCst)) {
            let begun = *begun.get_or_insert_with(Instant::now);
            match second.as_mut().poll(context) {
                Poll::Ready(answer) => other = Some(answer),
                Poll::Pending if begun.elapsed() < PATIENCE => {}
                Poll::Pending => gate.open.store(true, Ordering::SeqCst),
            }
            if other.is_some() {
                gate.open.store(true, Ordering::SeqCst);
            }
            // Neither the opening of the gate nor the end of `PATIENCE` wakes this task. Therefore it wakes itself.
            context.waker().wake_by_ref();
            std::thread::yield_now();
        }
        match (one.take(), other.take()) {
            (Some(one), Some(other)) => Poll::Ready([one, other]),
            (left, right) => {
                (one, other) = (left, right);
                Poll::Pending
            }
        }
    })
    .await;
    let paused = gate.paused.load(Ordering::SeqCst);
    (answers, paused)
}

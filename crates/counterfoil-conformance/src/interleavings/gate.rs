//! Pauses an operation before each of its backend calls, until the suite lets it continue.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};

use counterfoil::testing::BackendCalls;

/// Pauses one operation before each of its backend calls. The suite opens the gate and then polls the operation itself.
/// So the gate need not wake the operation's task.
#[derive(Default)]
pub(crate) struct Gate {
    open: AtomicBool,
    waits: AtomicBool,
    reached: AtomicU32,
}

impl Gate {
    /// Lets the operation make its next backend call, and pauses the operation again before the call that follows.
    pub(crate) fn open(&self) {
        self.waits.store(false, Ordering::Relaxed);
        self.open.store(true, Ordering::Relaxed);
    }

    /// Returns true if the operation is paused directly before a backend call.
    pub(crate) fn waits(&self) -> bool {
        self.waits.load(Ordering::Relaxed)
    }

    /// Returns the number of backend calls that the operation has reached so far.
    pub(crate) fn reached(&self) -> u32 {
        self.reached.load(Ordering::Relaxed)
    }
}

impl BackendCalls for Gate {
    fn poll_call(&self, first: bool, _context: &mut Context<'_>) -> Poll<()> {
        self.reached.fetch_add(u32::from(first), Ordering::Relaxed);
        if self.open.swap(false, Ordering::Relaxed) {
            return Poll::Ready(());
        }
        self.waits.store(true, Ordering::Relaxed);
        Poll::Pending
    }
}

//! A gate at which an operation waits before each backend call.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};

use counterfoil::testing::BackendCalls;

/// The gate of one operation. The caller that opens the gate polls the operation next, so the operation needs no
/// wake-up.
#[derive(Default)]
pub(super) struct Gate {
    open: AtomicBool,
    waits: AtomicBool,
    reached: AtomicU32,
}

impl Gate {
    /// Lets the operation make one backend call.
    pub(super) fn open(&self) {
        self.waits.store(false, Ordering::Relaxed);
        self.open.store(true, Ordering::Relaxed);
    }

    /// Whether the operation waits at the gate.
    pub(super) fn waits(&self) -> bool {
        self.waits.load(Ordering::Relaxed)
    }

    /// The number of backend calls that the operation has reached.
    pub(super) fn reached(&self) -> u32 {
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

//! Whether upkeep is done. Nothing runs by itself; a host that does no upkeep gets one event.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::event::{Actor, By, EventKind};
use crate::service::Service;
use crate::types::duration::{minutes, whole_micros};
use crate::types::time::Timestamp;

/// How long a host may go without upkeep.
const PATIENCE: Duration = minutes(10);

/// When the handle was first used, and whether upkeep was ever done or its absence reported.
#[derive(Default)]
pub(crate) struct Upkept {
    /// In microseconds plus one; 0 is never.
    since: AtomicU64,
    settled: AtomicBool,
}

impl Service {
    /// Records that upkeep is done.
    pub(crate) fn upkeep_is_done(&self) {
        self.upkept.settled.store(true, Ordering::Relaxed);
    }

    /// Emits one event if no upkeep is done. Called when settings are read again, every few seconds.
    pub(crate) fn watch_upkeep(&self, now: Timestamp) {
        if self.upkept.settled.load(Ordering::Relaxed) {
            return;
        }
        let this = now.micros().saturating_add(1);
        let first = match self.upkept.since.compare_exchange(0, this, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => this,
            Err(first) => first,
        };
        let late = this.saturating_sub(first) >= whole_micros(PATIENCE);
        if late && !self.upkept.settled.swap(true, Ordering::Relaxed) {
            self.tell(now, By::itself(Actor::Host), EventKind::NoUpkeep);
        }
    }
}

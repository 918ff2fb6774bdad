//! Checks whether the host does upkeep, because the library runs nothing by itself. A host that does no upkeep gets one
//! event.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::event::{Actor, By, EventKind};
use crate::service::Service;
use crate::types::duration::{minutes, whole_micros};
use crate::types::time::Timestamp;

/// The event is emitted if no upkeep was done for this time.
const PATIENCE: Duration = minutes(10);

/// When the handle was first used, and whether upkeep was done or the event was already emitted.
#[derive(Default)]
pub(crate) struct Upkept {
    /// The instant of the first use, in microseconds plus one. 0 means that the handle was not used yet.
    since: AtomicU64,
    settled: AtomicBool,
}

impl Service {
    /// Remembers that the host does upkeep.
    pub(crate) fn upkeep_is_done(&self) {
        self.upkept.settled.store(true, Ordering::Relaxed);
    }

    /// Emits the event if the host has done no upkeep for [`PATIENCE`]. Called whenever settings are read again, which
    /// is every few seconds.
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

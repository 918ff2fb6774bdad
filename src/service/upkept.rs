//! Checks whether the host does upkeep. The library runs nothing by itself. If the host does no upkeep, it gets one
//! event.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::event::{Actor, By, EventKind};
use crate::service::Service;
use crate::types::duration::{minutes, whole_micros};
use crate::types::time::Timestamp;

/// How long a host may go without upkeep.
const PATIENCE: Duration = minutes(10);

/// When the handle was first used, and whether upkeep was done or its absence was reported.
#[derive(Default)]
pub(crate) struct Upkept {
    /// The first use, in microseconds plus one. 0 means never.
    since: AtomicU64,
    settled: AtomicBool,
}

impl Service {
    /// Notes that the host does upkeep.
    pub(crate) fn upkeep_is_done(&self) {
        self.upkept.settled.store(true, Ordering::Relaxed);
    }

    /// Emits one event if the host has done no upkeep for [`PATIENCE`]. Called whenever settings are read again, which
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

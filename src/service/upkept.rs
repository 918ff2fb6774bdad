//! Checks that the host calls the periodic upkeep of this library, because the library starts no task of its own. If
//! the host does not call it, one event reports this.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::event::{Actor, By, EventKind};
use crate::service::Service;
use crate::types::duration::{minutes, whole_micros};
use crate::types::time::Timestamp;

/// How long a host can use this library without any upkeep before [`EventKind::NoUpkeep`] is emitted.
const PATIENCE: Duration = minutes(10);

/// Whether this process still watches for the host's upkeep, and since when.
#[derive(Default)]
pub(crate) struct Upkept {
    /// The instant of the first use, in microseconds plus one. 0 before the first use.
    since: AtomicU64,
    /// Whether nothing is left to watch: the host has done upkeep, or [`EventKind::NoUpkeep`] was already emitted.
    settled: AtomicBool,
}

impl Service {
    /// Remembers that the host does upkeep.
    pub(crate) fn upkeep_is_done(&self) {
        self.upkept.settled.store(true, Ordering::Relaxed);
    }

    /// Emits [`EventKind::NoUpkeep`] if the first use was at least [`PATIENCE`] ago, and the host has done no upkeep in
    /// this process. Called whenever the settings are read from the store, which happens every few seconds while the
    /// service is used.
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

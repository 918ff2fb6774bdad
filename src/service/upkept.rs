//! Whether anybody does the upkeep. Nothing runs by itself, and a host that forgets it is told once.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::event::{Actor, By, EventKind};
use crate::service::Service;
use crate::types::time::{Span, Timestamp};

/// So long a host may do without.
const PATIENCE: Span = Span::minutes(10);

/// When the handle was first used, and whether anything was ever flushed or purged, or the lack of it told.
#[derive(Default)]
pub(crate) struct Upkept {
    /// In microseconds and one: 0 is never.
    since: AtomicU64,
    settled: AtomicBool,
}

impl Service {
    /// Somebody does it.
    pub(crate) fn upkeep_is_done(&self) {
        self.upkept.settled.store(true, Ordering::Relaxed);
    }

    /// Tells once that nobody does. Asked where settings are read anew, every few seconds.
    pub(crate) fn watch_upkeep(&self, now: Timestamp) {
        if self.upkept.settled.load(Ordering::Relaxed) {
            return;
        }
        let this = now.micros().saturating_add(1);
        let first = match self.upkept.since.compare_exchange(0, this, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => this,
            Err(first) => first,
        };
        let late = this.saturating_sub(first) >= PATIENCE.micros();
        if late && !self.upkept.settled.swap(true, Ordering::Relaxed) {
            self.tell(now, By::itself(Actor::Host), EventKind::NoUpkeep);
        }
    }
}

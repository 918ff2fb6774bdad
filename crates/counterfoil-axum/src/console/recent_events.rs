//! Keeps the latest events in memory. The console has a page that shows them.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use counterfoil::Realm;
use counterfoil::event::{Event, EventSink};

/// The default maximum number of events.
const CAPACITY: NonZeroUsize = NonZeroUsize::MIN.saturating_add(199);

/// Keeps the latest events of this process in memory. When the capacity is reached, each new event replaces the oldest
/// event. The capacity applies to the events of all realms together. Clones share the events.
///
/// This is not an audit log. It is empty after each start, and it contains the events of this process only. An attacker
/// can fill it with refused requests. If events must be kept, add another sink with
/// [`Builder::events`](counterfoil::Builder::events).
///
/// ```
/// use counterfoil::Counterfoil;
/// use counterfoil_axum::console::RecentEvents;
///
/// let events = RecentEvents::default();
/// let builder = Counterfoil::builder().events(events.clone());
/// assert!(events.newest(&counterfoil::Realm::default(), 50).is_empty());
/// # drop(builder);
/// ```
#[derive(Clone)]
pub struct RecentEvents {
    kept: Arc<Mutex<VecDeque<Event>>>,
    capacity: NonZeroUsize,
}

impl RecentEvents {
    /// Makes a sink that keeps at most `capacity` events.
    #[must_use]
    pub fn new(capacity: NonZeroUsize) -> Self {
        Self { kept: Arc::default(), capacity }
    }

    /// Returns the latest events of a realm, newest first.
    #[must_use]
    pub fn newest(&self, realm: &Realm, limit: usize) -> Vec<Event> {
        self.kept().iter().rev().filter(|event| event.realm == *realm).take(limit).cloned().collect()
    }

    /// Locks the queue. A poisoned lock is used nevertheless, because no panic can leave the queue in an invalid state.
    fn kept(&self) -> MutexGuard<'_, VecDeque<Event>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for RecentEvents {
    /// Keeps at most 200 events.
    fn default() -> Self {
        Self::new(CAPACITY)
    }
}

impl EventSink for RecentEvents {
    fn tell(&self, event: &Event) {
        let own = event.clone();
        let mut kept = self.kept();
        while kept.len() >= self.capacity.get() {
            kept.pop_front();
        }
        kept.push_back(own);
    }
}

impl std::fmt::Debug for RecentEvents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecentEvents").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterfoil::Timestamp;
    use counterfoil::event::{Actor, EventKind};

    fn event(realm: &str, at: u64) -> Event {
        let realm = Realm::new(realm).expect("a realm");
        Event::new(Timestamp::from_micros(at).expect("in range"), realm, Actor::Host, EventKind::NoKeyRing)
    }

    fn of(capacity: usize) -> RecentEvents {
        RecentEvents::new(NonZeroUsize::new(capacity).expect("above zero"))
    }

    fn shown(events: &RecentEvents, realm: &str, limit: usize) -> Vec<u64> {
        let realm = Realm::new(realm).expect("a realm");
        events.newest(&realm, limit).iter().map(|event| event.at.micros()).collect()
    }

    #[test]
    fn console_1_the_newest_come_first_and_the_oldest_go() {
        let events = of(3);
        assert!(shown(&events, "a", 9).is_empty());
        (1..=5).for_each(|at| events.tell(&event("a", at)));
        assert_eq!(shown(&events, "a", 9), [5, 4, 3]);
        assert_eq!(shown(&events, "a", 2), [5, 4]);
        assert!(shown(&events, "a", 0).is_empty());
    }

    #[test]
    fn a_realm_is_shown_its_own_events() {
        let events = of(4);
        for (realm, at) in [("a", 1), ("b", 2), ("a", 3), ("b", 4)] {
            events.tell(&event(realm, at));
        }
        assert_eq!((shown(&events, "a", 1), shown(&events, "b", 9)), (vec![3], vec![4, 2]));
    }

    #[test]
    fn two_hundred_events_are_kept_by_default() {
        let events = RecentEvents::default();
        (0..250).for_each(|at| events.tell(&event("a", at)));
        let all = shown(&events, "a", usize::MAX);
        assert_eq!((all.len(), all.last()), (200, Some(&50)));
    }

    #[test]
    fn clones_share_the_events() {
        let events = of(1);
        let clone = events.clone();
        (1..=3).for_each(|at| clone.tell(&event("a", at)));
        assert_eq!(shown(&events, "a", 9), [3]);
    }

    #[test]
    fn a_panic_under_the_lock_does_not_matter() {
        let events = of(2);
        events.tell(&event("a", 1));
        let clone = events.clone();
        let panicked = std::thread::spawn(move || {
            let _held = clone.kept();
            panic!("with the lock held");
        });
        assert!(panicked.join().is_err() && events.kept.is_poisoned());
        events.tell(&event("a", 2));
        assert_eq!(shown(&events, "a", 9), [2, 1]);
    }
}

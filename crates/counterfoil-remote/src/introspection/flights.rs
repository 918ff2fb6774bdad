//! Introspection requests that wait for their answer. Concurrent callers with the same token share one request.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use counterfoil::Timestamp;
use futures_util::FutureExt as _;
use futures_util::future::{Shared, WeakShared};

use crate::error::VerifyError;
use crate::introspection::cache::Cache;
use crate::introspection::token_key::TokenKey;
use crate::principal::RemotePrincipal;

pub(crate) type Outcome = Result<RemotePrincipal, VerifyError>;

/// An introspection request about one token. All callers that wait for the answer poll the request, and so does a
/// spawned task. The task polls the request to its end, even if all callers are gone.
pub(crate) type Flight = Shared<Pin<Box<dyn Future<Output = Outcome> + Send>>>;

/// The cache, and the requests that wait for an answer. One lock protects both. So a caller finds either the waiting
/// request or the cached answer, even while the answer arrives.
pub(crate) struct Flights(Mutex<State>);

struct State {
    cache: Cache,
    in_flight: HashMap<TokenKey, InFlight>,
    next: u64,
}

struct InFlight {
    number: u64,
    asked_at: Timestamp,
    flight: WeakShared<Pin<Box<dyn Future<Output = Outcome> + Send>>>,
}

/// The result of a search for a token: a cached answer, or a request to wait for.
pub(crate) enum Found {
    Kept(RemotePrincipal),
    Waiting(Flight),
}

impl Flights {
    pub(crate) fn new(cache: Cache) -> Self {
        Self(Mutex::new(State { cache, in_flight: HashMap::new(), next: 0 }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The lock is used even if a thread panicked while it held the lock: each method changes the maps completely or
        // not at all.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the cached answer for this token. If no answer is cached, returns the waiting request for this token, if
    /// it was sent less than the cache time ago. Otherwise returns a new request, which `ask` makes.
    ///
    /// An older waiting request is not returned, so that a revocation takes effect within the cache time even if the
    /// endpoint is slow.
    pub(crate) fn find<F>(self: &Arc<Self>, key: TokenKey, now: Timestamp, ask: impl FnOnce() -> F) -> Found
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let mut state = self.state();
        if let Some(principal) = state.cache.get(&key, now) {
            return Found::Kept(principal);
        }
        if let Some(known) = state.in_flight.get(&key)
            && state.cache.believes(known.asked_at, now)
            && let Some(flight) = known.flight.upgrade()
        {
            return Found::Waiting(flight);
        }
        let number = state.next;
        state.next = number.wrapping_add(1);
        let place = Place { flights: self.clone(), key, number };
        let asked = ask();
        let flight = async move {
            let _place = place;
            asked.await
        };
        let flight: Flight = (Box::pin(flight) as Pin<Box<dyn Future<Output = Outcome> + Send>>).shared();
        if let Some(weak) = flight.downgrade() {
            state.in_flight.insert(key, InFlight { number, asked_at: now, flight: weak });
        }
        Found::Waiting(flight)
    }

    /// Caches an answer about an active token.
    pub(crate) fn keep(&self, key: TokenKey, asked_at: Timestamp, principal: RemotePrincipal, now: Timestamp) {
        self.state().cache.insert(key, asked_at, principal, now);
    }

    #[cfg(test)]
    pub(crate) fn in_flight(&self) -> usize {
        self.state().in_flight.len()
    }
}

/// A guard for a waiting request. When the request ends or is dropped, the guard is dropped with it, and removes the
/// request from the map of waiting requests.
struct Place {
    flights: Arc<Flights>,
    key: TokenKey,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.flights.state();
        if state.in_flight.get(&self.key).is_some_and(|known| known.number == self.number) {
            state.in_flight.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use std::time::Duration;

    use super::*;
    use crate::error::Outage;

    fn waiting(found: Found) -> Flight {
        match found {
            Found::Waiting(flight) => flight,
            Found::Kept(_) => panic!("nothing was kept"),
        }
    }

    #[test]
    fn host_26_a_request_that_nobody_waits_for_any_more_leaves_nothing_behind() {
        let flights = Arc::new(Flights::new(Cache::new(Duration::from_secs(1), 10)));
        let first = waiting(flights.find([1; 32], Timestamp::EPOCH, pending));
        let second = waiting(flights.find([1; 32], Timestamp::EPOCH, || -> std::future::Pending<Outcome> {
            panic!("the request in flight is joined")
        }));
        assert!(first.ptr_eq(&second));
        drop(first);
        assert_eq!(flights.in_flight(), 1);
        drop(second);
        assert_eq!(flights.in_flight(), 0);
    }

    #[test]
    fn host_26_a_request_older_than_the_bound_is_not_joined() {
        let flights = Arc::new(Flights::new(Cache::new(Duration::from_secs(1), 10)));
        let slow = waiting(flights.find([1; 32], Timestamp::EPOCH, pending));
        let later = Timestamp::EPOCH.plus_capped(Duration::from_secs(1));
        let fresh = waiting(flights.find([1; 32], later, || async { Err(VerifyError::outage(Outage::TimedOut)) }));
        assert!(!slow.ptr_eq(&fresh));
        assert!(fresh.now_or_never().expect("it is ready").is_err());
        assert_eq!(flights.in_flight(), 0);
        drop(slow);
        assert_eq!(flights.in_flight(), 0);
    }
}

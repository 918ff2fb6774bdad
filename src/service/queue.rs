//! Counts the requests that wait because too many attempts with their throttle key are in progress. Limits how many
//! requests wait at the same time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::throttle::ThrottleKey;

/// The largest number of requests that wait at the same time for one throttle key.
const PLACES: u32 = 8;

/// The largest total number of waiting requests, summed over all throttle keys. The total is limited because every
/// waiting request polls the store.
const ALL_PLACES: u32 = 64;

/// The number of waiting requests for each throttle key.
#[derive(Clone, Default)]
pub(crate) struct Queue(Arc<Mutex<HashMap<ThrottleKey, u32>>>);

/// The permission to wait until fewer attempts are in progress. Only a limited number of requests can have a place at
/// the same time. When the place is dropped, another request can get one.
#[must_use]
pub struct Place {
    queue: Queue,
    key: ThrottleKey,
}

impl Queue {
    /// Takes a waiting place. `None` if eight requests already wait for that key, or 64 requests for all keys.
    pub(crate) fn enter(&self, key: ThrottleKey) -> Option<Place> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.values().sum::<u32>() >= ALL_PLACES {
            return None;
        }
        let places = waiting.entry(key).or_default();
        if *places >= PLACES {
            return None;
        }
        *places += 1;
        Some(Place { queue: self.clone(), key })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.queue.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = waiting.get_mut(&self.key) {
            *places -= 1;
            if *places == 0 {
                waiting.remove(&self.key);
            }
        }
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_b1_eight_wait_for_one_key_and_a_place_is_given_back() {
        let queue = Queue::default();
        let key = ThrottleKey::from_bytes([1; 32]);
        let mut places: Vec<_> = (0..8).map(|_| queue.enter(key).expect("a place")).collect();
        assert!(queue.enter(key).is_none(), "the ninth");
        assert!(queue.enter(ThrottleKey::from_bytes([2; 32])).is_some(), "another key has places of its own");
        places.pop();
        assert!(queue.enter(key).is_some());
        drop(places);
        let key = |key: u8| ThrottleKey::from_bytes([key; 32]);
        let crowd: Vec<_> = (0..64).map(|at| queue.enter(key(at / 8)).expect("a place")).collect();
        assert!(queue.enter(key(200)).is_none(), "the sixty-fifth of all");
        drop(crowd);
        assert!(queue.0.lock().expect("sound").is_empty(), "nothing is kept of those who have gone");
    }
}

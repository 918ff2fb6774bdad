//! The cache of introspection responses. It limits their number and the time for which they are used.

use std::collections::{HashMap, VecDeque};

use counterfoil::Timestamp;
use std::time::Duration;

use crate::introspection::token_key::TokenKey;
use crate::principal::RemotePrincipal;

/// A cached answer about an active token. Other answers are not cached.
struct Entry {
    asked_at: Timestamp,
    principal: RemotePrincipal,
}

/// The cached answers, by the key of their token. All answers are valid for the same time, so the oldest is removed
/// first.
pub(crate) struct Cache {
    bound: Duration,
    most: usize,
    entries: HashMap<TokenKey, Entry>,
    /// The keys in the order of insertion, each with the `asked_at` of the answer that was inserted. If `entries` has
    /// another `asked_at` for the key, a newer answer has replaced the inserted one. Then this pair is ignored.
    order: VecDeque<(TokenKey, Timestamp)>,
}

impl Cache {
    pub(crate) fn new(bound: Duration, most: usize) -> Self {
        Self { bound, most, entries: HashMap::new(), order: VecDeque::new() }
    }

    /// Whether an answer can still be used at `now`, if its request was sent at `asked_at`. Returns false if `asked_at`
    /// is after `now`, which means that the clock was set back.
    pub(crate) fn believes(&self, asked_at: Timestamp, now: Timestamp) -> bool {
        asked_at <= now && now.since(asked_at) < self.bound
    }

    /// Returns the principal in a cached answer, or `None` if there is no such answer, or if the answer or the token
    /// has expired.
    pub(crate) fn get(&self, key: &TokenKey, now: Timestamp) -> Option<RemotePrincipal> {
        let entry = self.entries.get(key)?;
        let expired = entry.principal.expires_at().is_some_and(|at| now.reached(at));
        (self.believes(entry.asked_at, now) && !expired).then(|| entry.principal.clone())
    }

    /// Caches an answer. `asked_at` is an instant before the request was sent. So the answer is never used for longer
    /// than the cache time after the server made it.
    pub(crate) fn insert(&mut self, key: TokenKey, asked_at: Timestamp, principal: RemotePrincipal, now: Timestamp) {
        if self.most == 0 || !self.believes(asked_at, now) {
            return;
        }
        self.entries.insert(key, Entry { asked_at, principal });
        self.order.push_back((key, asked_at));
        while let Some(&(oldest, asked_at)) = self.order.front() {
            if self.order.len() <= self.most && self.believes(asked_at, now) {
                break;
            }
            self.order.pop_front();
            if self.entries.get(&oldest).is_some_and(|entry| entry.asked_at == asked_at) {
                self.entries.remove(&oldest);
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> (usize, usize) {
        (self.entries.len(), self.order.len())
    }
}

#[cfg(test)]
mod tests {
    use counterfoil::{Realm, SubjectId};

    use super::*;
    use crate::principal::{Granted, Parts};

    fn principal() -> RemotePrincipal {
        RemotePrincipal::new(Parts {
            realm: Realm::default(),
            subject: SubjectId::from(7_u64),
            scope: Granted::Nothing,
            client_id: None,
            username: None,
            kind: None,
            role: None,
            actor: None,
            issued_at: None,
            expires_at: None,
        })
    }

    fn key(number: usize) -> TokenKey {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&number.to_le_bytes());
        key
    }

    #[test]
    fn host_27_the_cache_never_has_more_entries_than_its_bound_and_forgets_the_oldest() {
        let mut cache = Cache::new(Duration::from_secs(60), 100);
        let now = Timestamp::from_micros(1_000_000).expect("in range");
        for number in 0..10_000 {
            cache.insert(key(number), now, principal(), now);
        }
        assert_eq!(cache.len(), (100, 100));
        assert!(cache.get(&key(9_899), now).is_none());
        assert!(cache.get(&key(9_900), now).is_some());
        for _ in 0..1_000 {
            cache.insert(key(9_999), now, principal(), now);
        }
        assert!(cache.len().1 <= 100, "one token asked again and again takes one place at a time");
    }

    #[test]
    fn host_27_what_is_past_the_bound_leaves_with_the_next_answer() {
        let mut cache = Cache::new(Duration::from_secs(1), 100);
        let now = Timestamp::from_micros(1_000_000).expect("in range");
        for number in 0..50 {
            cache.insert(key(number), now, principal(), now);
        }
        let later = now.plus_capped(Duration::from_secs(1));
        cache.insert(key(50), later, principal(), later);
        assert_eq!(cache.len(), (1, 1));
        cache.insert(key(51), now, principal(), later);
        assert_eq!(cache.len(), (1, 1), "an answer that took longer than the bound is not kept");
    }
}

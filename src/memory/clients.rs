//! The registrations of clients, in the memory store. A write compares and swaps the version of a registration.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::num::NonZeroU32;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::store::MemoryStore;
use crate::store::client_store::{ClientPut, ClientStore};
use crate::store::error::StoreError;
use crate::store::page::Page;
use crate::types::client::{ClientId, ClientKey, Registration, VersionedRegistration};
use crate::types::ids::Version;
use crate::types::realm::Realm;

#[derive(Default)]
pub(super) struct Clients(Mutex<HashMap<Realm, Shelf>>);

/// The registrations of one realm.
#[derive(Default)]
struct Shelf {
    standing: BTreeMap<ClientId, VersionedRegistration>,
    /// The newest version of the registration under each client id. The entry is kept after the client is removed, so
    /// that an old version never matches again.
    versions: HashMap<ClientId, Version>,
    /// Every internal client id that was ever used. None of them can be used for another client, even after a removal.
    used: HashSet<ClientKey>,
}

impl Clients {
    fn shelves(&self) -> MutexGuard<'_, HashMap<Realm, Shelf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn put(&mut self, expect: Option<Version>, registration: &Registration) -> ClientPut {
        let id = &registration.client_id;
        let standing = self.standing.get(id);
        if standing.map(|standing| standing.version) != expect {
            return ClientPut::Stale(standing.cloned());
        }
        let keeps_its_key = standing.is_some_and(|standing| standing.registration.key == registration.key);
        if !keeps_its_key && !self.used.insert(registration.key) {
            return ClientPut::Retired;
        }
        let version = self.versions.get(id).map_or(Version::FIRST, |last| last.next());
        self.versions.insert(id.clone(), version);
        self.standing.insert(id.clone(), VersionedRegistration { version, registration: registration.clone() });
        ClientPut::Done(version)
    }

    fn remove(&mut self, id: &ClientId, expect: Version) -> bool {
        let fits = self.standing.get(id).is_some_and(|standing| standing.version == expect);
        fits && self.standing.remove(id).is_some()
    }
}

#[async_trait]
impl ClientStore for MemoryStore {
    async fn client(&self, realm: &Realm, id: &ClientId) -> Result<Option<VersionedRegistration>, StoreError> {
        Ok(self.clients.shelves().get(realm).and_then(|shelf| shelf.standing.get(id).cloned()))
    }

    async fn clients(
        &self,
        realm: &Realm,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Result<Page<VersionedRegistration, ClientId>, StoreError> {
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let first = after.map_or(Bound::Unbounded, Bound::Excluded);
        let shelves = self.clients.shelves();
        let standing = shelves.get(realm).map(|shelf| shelf.standing.range::<ClientId, _>((first, Bound::Unbounded)));
        let mut standing = standing.into_iter().flatten();
        let items: Vec<_> = standing.by_ref().take(limit).map(|(_, standing)| standing.clone()).collect();
        let last = items.last().map(|last| last.registration.client_id.clone());
        Ok(Page { next: last.filter(|_| standing.next().is_some()), items, corrupt: 0 })
    }

    async fn put_client(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        registration: &Registration,
    ) -> Result<ClientPut, StoreError> {
        Ok(self.clients.shelves().entry(realm.clone()).or_default().put(expect, registration))
    }

    async fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> Result<bool, StoreError> {
        Ok(self.clients.shelves().get_mut(realm).is_some_and(|shelf| shelf.remove(id, expect)))
    }
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::*;
    use crate::types::client::RefreshMode;
    use crate::types::time::Timestamp;

    fn registration(id: &str, key: u8) -> Registration {
        Registration {
            client_id: id.parse().expect("a client id"),
            key: ClientKey::from_bytes([key; 16]),
            display_name: id.into(),
            secrets: Vec::new(),
            grants: Vec::new(),
            allowed_scope: None,
            default_scope: None,
            public: true,
            refresh_mode: RefreshMode::Rotate,
            resource_server: false,
            disabled: false,
            epoch: 0,
            created_at: Timestamp::EPOCH,
            service_account: None,
            unknown: crate::types::unknown::UnknownFields::default(),
        }
    }

    fn put(store: &MemoryStore, realm: &Realm, expect: Option<Version>, registration: &Registration) -> ClientPut {
        block_on(store.put_client(realm, expect, registration)).expect("in memory")
    }

    #[test]
    fn put_needs_the_version_also_across_removal() {
        let (store, realm) = (MemoryStore::default(), Realm::default());
        let first = registration("one", 1);
        let ClientPut::Done(old) = put(&store, &realm, None, &first) else { panic!("created") };
        assert!(matches!(put(&store, &realm, None, &registration("one", 2)), ClientPut::Stale(Some(_))));
        let ClientPut::Done(next) = put(&store, &realm, Some(old), &first) else { panic!("replaced") };
        assert!(next > old);
        assert!(matches!(put(&store, &realm, Some(old), &first), ClientPut::Stale(Some(_))));
        assert!(!block_on(store.remove_client(&realm, &first.client_id, old)).expect("in memory"));
        assert!(block_on(store.remove_client(&realm, &first.client_id, next)).expect("in memory"));
        assert!(matches!(put(&store, &realm, Some(next), &first), ClientPut::Stale(None)));
        let ClientPut::Done(again) = put(&store, &realm, None, &registration("one", 2)) else { panic!("created") };
        assert!(again > next, "an old version never fits again");
    }

    #[test]
    fn removed_internal_ids_never_return() {
        let (store, realm) = (MemoryStore::default(), Realm::default());
        let ClientPut::Done(version) = put(&store, &realm, None, &registration("one", 1)) else { panic!("created") };
        assert!(matches!(put(&store, &realm, None, &registration("two", 1)), ClientPut::Retired), "in use");
        let id = registration("one", 1).client_id;
        assert!(block_on(store.remove_client(&realm, &id, version)).expect("in memory"));
        assert!(matches!(put(&store, &realm, None, &registration("one", 1)), ClientPut::Retired));
        assert!(matches!(put(&store, &realm, None, &registration("one", 2)), ClientPut::Done(_)));
        let other = Realm::new("other").expect("a realm");
        assert!(matches!(put(&store, &other, None, &registration("one", 1)), ClientPut::Done(_)), "realms are apart");
    }

    #[test]
    fn clients_come_in_order_and_by_pages() {
        let (store, realm) = (MemoryStore::default(), Realm::default());
        for (key, id) in ["b", "a", "c"].into_iter().enumerate() {
            assert!(matches!(
                put(&store, &realm, None, &registration(id, u8::try_from(key).expect("small"))),
                ClientPut::Done(_)
            ));
        }
        let page = |after: Option<&str>| -> Vec<String> {
            let after = after.map(|id| id.parse().expect("a client id"));
            let two = NonZeroU32::new(2).expect("two");
            let page = block_on(store.clients(&realm, after.as_ref(), two)).expect("in memory");
            assert_eq!(page.next.is_none(), page.items.len() < 2, "a full page that is not the last");
            page.items.into_iter().map(|one| one.registration.display_name).collect()
        };
        assert_eq!(page(None), ["a", "b"]);
        assert_eq!(page(Some("b")), ["c"]);
        assert!(page(Some("c")).is_empty());
    }
}

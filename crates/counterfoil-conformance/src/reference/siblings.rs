//! A reference store of clients, settings, counters and aliases, which consists of lists in one mutex.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::client::{ClientId, ClientKey, Registration, VersionedRegistration};
use counterfoil::settings::{StoredSettings, VersionedSettings};
use counterfoil::store::{
    Alias, AliasEntry, AliasPut, AliasStore, ClientPut, ClientStore, Counter, Page, Reserved, SettingsPut,
    SettingsStore, StoreError, Throttle, ThrottleKey,
};
use counterfoil::types::{RecordId, Version};
use counterfoil::{Realm, Timestamp};

#[derive(Debug, Default)]
struct Lists {
    clients: Vec<(Realm, VersionedRegistration)>,
    retired: Vec<(Realm, ClientKey)>,
    settings: Vec<(Realm, VersionedSettings)>,
    counters: Vec<(ThrottleKey, Counter)>,
    aliases: Vec<(Alias, AliasEntry)>,
    last_upkeep: Option<Timestamp>,
    // The counter for the versions of all rows. It only grows, so an old version never equals a new one.
    written: u64,
}

/// A store of clients, settings, counters and aliases. It is correct, but too slow for use outside of tests.
#[derive(Debug, Default)]
pub struct ReferenceSiblings(Mutex<Lists>);

impl ReferenceSiblings {
    /// Makes an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn with<T>(&self, step: impl FnOnce(&mut Lists) -> T) -> T {
        step(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Lists {
    fn client(&self, realm: &Realm, id: &ClientId) -> Option<&VersionedRegistration> {
        self.clients.iter().find(|(of, one)| of == realm && one.registration.client_id == *id).map(|(_, one)| one)
    }

    fn counter(&self, key: &ThrottleKey) -> Counter {
        self.counters.iter().find(|(of, _)| of == key).map(|(_, counter)| counter.clone()).unwrap_or_default()
    }

    fn put_counter(&mut self, key: &ThrottleKey, counter: Counter) {
        self.counters.retain(|(of, _)| of != key);
        self.counters.extend((!counter.is_empty()).then_some((*key, counter)));
    }

    fn alias(&self, alias: &Alias) -> Option<AliasEntry> {
        self.aliases.iter().find(|(of, _)| of == alias).map(|(_, entry)| *entry)
    }

    fn next_version(&mut self) -> Version {
        self.written += 1;
        Version::new(self.written)
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl ClientStore for ReferenceSiblings {
    async fn client(&self, realm: &Realm, id: &ClientId) -> Result<Option<VersionedRegistration>, StoreError> {
        Ok(self.with(|lists| lists.client(realm, id).cloned()))
    }

    async fn clients(
        &self,
        realm: &Realm,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Result<Page<VersionedRegistration, ClientId>, StoreError> {
        self.with(|lists| {
            let limit = limit.get() as usize;
            let mut found: Vec<_> =
                lists.clients.iter().filter(|(of, _)| of == realm).map(|(_, one)| one.clone()).collect();
            found.retain(|one| after.is_none_or(|after| one.registration.client_id > *after));
            found.sort_by(|one, other| one.registration.client_id.cmp(&other.registration.client_id));
            let more = found.len() > limit;
            found.truncate(limit);
            let last = found.last().map(|one| one.registration.client_id.clone());
            Ok(Page { next: last.filter(|_| more), items: found, corrupt: 0 })
        })
    }

    async fn put_client(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        registration: &Registration,
    ) -> Result<ClientPut, StoreError> {
        self.with(|lists| {
            let stands = lists.client(realm, &registration.client_id).cloned();
            if stands.as_ref().map(|one| one.version) != expect {
                return Ok(ClientPut::Stale(stands));
            }
            let own = stands.as_ref().map(|one| one.registration.key) == Some(registration.key);
            let key = registration.key;
            let used = lists.clients.iter().any(|(of, one)| of == realm && one.registration.key == key);
            if lists.retired.contains(&(realm.clone(), key)) || (used && !own) {
                return Ok(ClientPut::Retired);
            }
            if let Some(stands) = stands {
                if !own {
                    lists.retired.push((realm.clone(), stands.registration.key));
                }
                lists.clients.retain(|(of, one)| of != realm || one.registration.client_id != registration.client_id);
            }
            let version = lists.next_version();
            lists.clients.push((realm.clone(), VersionedRegistration { version, registration: registration.clone() }));
            Ok(ClientPut::Done(version))
        })
    }

    async fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> Result<bool, StoreError> {
        self.with(|lists| {
            let Some(stands) = lists.client(realm, id).filter(|one| one.version == expect).cloned() else {
                return Ok(false);
            };
            lists.retired.push((realm.clone(), stands.registration.key));
            lists.clients.retain(|(of, one)| of != realm || one.registration.client_id != *id);
            Ok(true)
        })
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl SettingsStore for ReferenceSiblings {
    async fn settings(&self, realm: &Realm) -> Result<Option<VersionedSettings>, StoreError> {
        Ok(self.with(|lists| lists.settings.iter().find(|(of, _)| of == realm).map(|(_, one)| one.clone())))
    }

    async fn put_settings(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        settings: &StoredSettings,
    ) -> Result<SettingsPut, StoreError> {
        self.with(|lists| {
            let stands = lists.settings.iter().find(|(of, _)| of == realm).map(|(_, one)| one.clone());
            if stands.as_ref().map(|one| one.version) != expect {
                return Ok(SettingsPut::Stale(stands));
            }
            let version = lists.next_version();
            lists.settings.retain(|(of, _)| of != realm);
            lists.settings.push((realm.clone(), VersionedSettings { version, settings: settings.clone() }));
            Ok(SettingsPut::Done(version))
        })
    }

    async fn last_upkeep(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.with(|lists| lists.last_upkeep))
    }

    async fn note_upkeep(&self, expect: Option<Timestamp>, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.with(|lists| {
            let fits = lists.last_upkeep == expect;
            lists.last_upkeep = if fits { Some(at) } else { lists.last_upkeep };
            fits
        }))
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Throttle for ReferenceSiblings {
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Timestamp,
        window: Duration,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError> {
        self.with(|lists| {
            let mut counter = lists.counter(key);
            let ahead = counter.lies_ahead(now, window);
            let answer = counter.reserve(now, window, limit);
            if ahead || matches!(answer, Reserved::Granted(_)) {
                lists.put_counter(key, counter);
            }
            Ok(answer)
        })
    }

    async fn failed(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        self.with(|lists| {
            let mut counter = lists.counter(key);
            counter.failed(reserved_at, now, window);
            lists.put_counter(key, counter);
            Ok(())
        })
    }

    async fn release(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        self.with(|lists| {
            let mut counter = lists.counter(key);
            counter.release(reserved_at, now, window);
            lists.put_counter(key, counter);
            Ok(())
        })
    }

    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        self.with(|lists| {
            let mut gone = 0;
            lists.counters.retain(|(_, counter)| {
                let goes = now.reached(counter.gone_at()) && gone < u64::from(limit.get());
                gone += u64::from(goes);
                !goes
            });
            Ok(gone)
        })
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl AliasStore for ReferenceSiblings {
    async fn alias(&self, alias: &Alias) -> Result<Option<AliasEntry>, StoreError> {
        Ok(self.with(|lists| lists.alias(alias)))
    }

    async fn put_alias(
        &self,
        alias: &Alias,
        entry: &AliasEntry,
        expect: Option<&RecordId>,
    ) -> Result<AliasPut, StoreError> {
        self.with(|lists| {
            let stands = lists.alias(alias);
            if stands.map(|stands| stands.id).as_ref() != expect {
                return Ok(stands.map_or(AliasPut::Missing, AliasPut::Taken));
            }
            lists.aliases.retain(|(of, _)| of != alias);
            lists.aliases.push((*alias, *entry));
            Ok(AliasPut::Done)
        })
    }

    async fn remove_alias(&self, alias: &Alias, expect: &RecordId) -> Result<bool, StoreError> {
        self.with(|lists| {
            let before = lists.aliases.len();
            lists.aliases.retain(|(of, stands)| of != alias || stands.id != *expect);
            Ok(lists.aliases.len() < before)
        })
    }

    async fn aliases(
        &self,
        after: Option<&Alias>,
        limit: NonZeroU32,
    ) -> Result<Page<(Alias, AliasEntry), Alias>, StoreError> {
        self.with(|lists| {
            let mut found = lists.aliases.clone();
            found.retain(|(alias, _)| after.is_none_or(|after| alias > after));
            found.sort_by_key(|(alias, _)| *alias);
            let more = found.len() > limit.get() as usize;
            found.truncate(limit.get() as usize);
            let last = found.last().map(|(alias, _)| *alias);
            Ok(Page { next: last.filter(|_| more), items: found, corrupt: 0 })
        })
    }
}

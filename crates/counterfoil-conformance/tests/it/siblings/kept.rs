//! A correct database of clients, settings, counters and aliases, in which a test can damage rows and cause outages.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::client::{ClientId, Registration, VersionedRegistration};
use counterfoil::settings::{StoredSettings, VersionedSettings};
use counterfoil::store::{
    Alias, AliasEntry, AliasPut, AliasStore, ClientPut, ClientStore, Page, Reserved, SettingsPut, SettingsStore,
    StoreError, Throttle, ThrottleKey, UNSETTLED,
};
use counterfoil::types::{RecordId, Version};
use counterfoil::{Realm, Timestamp};
use counterfoil_conformance::{ReferenceSiblings, SiblingRow};

type Said<T> = Result<T, StoreError>;

/// A correct store, and the faults that a test has caused in it: an outage (`down`), and damaged rows, which are listed
/// by their keys.
#[derive(Default)]
pub(crate) struct Kept {
    pub siblings: ReferenceSiblings,
    down: AtomicBool,
    clients: Mutex<Vec<(Realm, ClientId)>>,
    settings: Mutex<Vec<Realm>>,
    counters: Mutex<Vec<ThrottleKey>>,
    aliases: Mutex<Vec<Alias>>,
    /// For each counter, an instant from which on the counter has no effect. A purge uses this instant for a damaged
    /// counter, whose own end cannot be read.
    ends: Mutex<BTreeMap<ThrottleKey, Timestamp>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn corrupt_if(damaged: bool) -> Said<()> {
    if damaged { Err(StoreError::corrupt(None, "damaged")) } else { Ok(()) }
}

impl Kept {
    pub(crate) fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    pub(crate) fn damage(&self, row: SiblingRow<'_>) {
        match row {
            SiblingRow::Client(realm, id) => lock(&self.clients).push((realm.clone(), id.clone())),
            SiblingRow::Settings(realm) => lock(&self.settings).push(realm.clone()),
            SiblingRow::Counter(key) => lock(&self.counters).push(*key),
            SiblingRow::Alias(alias) => lock(&self.aliases).push(*alias),
        }
    }

    /// Removes the damage from a counter, so that the counter can be read again. Then releases the attempt that was
    /// reserved in this counter at `reserved_at`.
    pub(crate) async fn remove_counter(&self, key: &ThrottleKey, reserved_at: Timestamp, now: Timestamp) -> Said<()> {
        lock(&self.counters).retain(|damaged| damaged != key);
        self.siblings.release(key, reserved_at, now, Duration::from_secs(1)).await
    }

    /// Removes the damage from all damaged counters, and returns the number of these counters.
    pub(crate) fn mend_counters(&self) -> u64 {
        lock(&self.counters).drain(..).count() as u64
    }

    /// Returns `Unavailable` for the method `op` during an outage, and `Ok` otherwise.
    pub(crate) fn reach(&self, op: &'static str) -> Said<()> {
        if self.down.load(Ordering::SeqCst) { Err(StoreError::unavailable(op)) } else { Ok(()) }
    }

    fn is_damaged(&self, realm: &Realm, id: &ClientId) -> bool {
        lock(&self.clients).contains(&(realm.clone(), id.clone()))
    }

    /// Returns `Unavailable` for the method `op` during an outage, `Corrupt` if this registration is damaged, and `Ok`
    /// otherwise.
    pub(crate) fn reach_client(&self, op: &'static str, realm: &Realm, id: &ClientId) -> Said<()> {
        self.reach(op)?;
        corrupt_if(self.is_damaged(realm, id))
    }

    /// Returns `Unavailable` for the method `op` during an outage, `Corrupt` if the settings of this realm are damaged,
    /// and `Ok` otherwise.
    pub(crate) fn reach_settings(&self, op: &'static str, realm: &Realm) -> Said<()> {
        self.reach(op)?;
        corrupt_if(lock(&self.settings).contains(realm))
    }

    /// Returns `Unavailable` for the method `op` during an outage, `Corrupt` if the counter of this key is damaged, and
    /// `Ok` otherwise.
    pub(crate) fn reach_counter(&self, op: &'static str, key: &ThrottleKey) -> Said<()> {
        self.reach(op)?;
        corrupt_if(lock(&self.counters).contains(key))
    }

    /// Returns `Unavailable` for the method `op` during an outage, `Corrupt` if this alias is damaged, and `Ok` otherwise.
    pub(crate) fn reach_alias(&self, op: &'static str, alias: &Alias) -> Said<()> {
        self.reach(op)?;
        corrupt_if(lock(&self.aliases).contains(alias))
    }
}

#[async_trait]
impl ClientStore for Kept {
    async fn client(&self, realm: &Realm, id: &ClientId) -> Said<Option<VersionedRegistration>> {
        self.reach_client("client", realm, id)?;
        self.siblings.client(realm, id).await
    }

    async fn clients(
        &self,
        realm: &Realm,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Said<Page<VersionedRegistration, ClientId>> {
        self.reach("clients")?;
        let mut page = self.siblings.clients(realm, after, limit).await?;
        let all = page.items.len();
        page.items.retain(|one| !self.is_damaged(realm, &one.registration.client_id));
        page.corrupt = u32::try_from(all - page.items.len()).unwrap_or(u32::MAX);
        Ok(page)
    }

    async fn put_client(&self, realm: &Realm, expect: Option<Version>, one: &Registration) -> Said<ClientPut> {
        self.reach_client("put_client", realm, &one.client_id)?;
        self.siblings.put_client(realm, expect, one).await
    }

    async fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> Said<bool> {
        self.reach("remove_client")?;
        let removed = self.siblings.remove_client(realm, id, expect).await?;
        if removed {
            lock(&self.clients).retain(|damaged| *damaged != (realm.clone(), id.clone()));
        }
        Ok(removed)
    }
}

#[async_trait]
impl SettingsStore for Kept {
    async fn settings(&self, realm: &Realm) -> Said<Option<VersionedSettings>> {
        self.reach_settings("settings", realm)?;
        self.siblings.settings(realm).await
    }

    async fn put_settings(&self, realm: &Realm, expect: Option<Version>, all: &StoredSettings) -> Said<SettingsPut> {
        self.reach_settings("put_settings", realm)?;
        self.siblings.put_settings(realm, expect, all).await
    }

    async fn last_upkeep(&self) -> Said<Option<Timestamp>> {
        self.reach("last_upkeep")?;
        self.siblings.last_upkeep().await
    }

    async fn note_upkeep(&self, expect: Option<Timestamp>, at: Timestamp) -> Said<bool> {
        self.reach("note_upkeep")?;
        self.siblings.note_upkeep(expect, at).await
    }
}

#[async_trait]
impl Throttle for Kept {
    async fn reserve(&self, key: &ThrottleKey, now: Timestamp, window: Duration, limit: NonZeroU32) -> Said<Reserved> {
        self.reach_counter("reserve", key)?;
        lock(&self.ends).insert(*key, now.plus_capped(UNSETTLED).plus_capped(window));
        self.siblings.reserve(key, now, window, limit).await
    }

    async fn failed(&self, key: &ThrottleKey, reserved_at: Timestamp, now: Timestamp, window: Duration) -> Said<()> {
        self.reach_counter("failed", key)?;
        self.siblings.failed(key, reserved_at, now, window).await
    }

    async fn release(&self, key: &ThrottleKey, reserved_at: Timestamp, now: Timestamp, window: Duration) -> Said<()> {
        self.reach_counter("release", key)?;
        self.siblings.release(key, reserved_at, now, window).await
    }

    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Said<u64> {
        self.reach("purge_counters")?;
        let ends = lock(&self.ends).clone();
        lock(&self.counters).retain(|key| ends.get(key).is_some_and(|end| !now.reached(*end)));
        self.siblings.purge_counters(now, limit).await
    }
}

#[async_trait]
impl AliasStore for Kept {
    async fn alias(&self, alias: &Alias) -> Said<Option<AliasEntry>> {
        self.reach_alias("alias", alias)?;
        self.siblings.alias(alias).await
    }

    async fn put_alias(&self, alias: &Alias, entry: &AliasEntry, expect: Option<&RecordId>) -> Said<AliasPut> {
        self.reach_alias("put_alias", alias)?;
        self.siblings.put_alias(alias, entry, expect).await
    }

    async fn remove_alias(&self, alias: &Alias, expect: &RecordId) -> Said<bool> {
        self.reach_alias("remove_alias", alias)?;
        self.siblings.remove_alias(alias, expect).await
    }

    async fn aliases(&self, after: Option<&Alias>, limit: NonZeroU32) -> Said<Page<(Alias, AliasEntry), Alias>> {
        self.reach("aliases")?;
        let mut page = self.siblings.aliases(after, limit).await?;
        let all = page.items.len();
        page.items.retain(|(alias, _)| !lock(&self.aliases).contains(alias));
        page.corrupt = u32::try_from(all - page.items.len()).unwrap_or(u32::MAX);
        Ok(page)
    }
}

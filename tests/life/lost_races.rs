//! Tests management operations during concurrent changes. The other change is kept. If another change comes first at
//! every retry, the operation fails.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::support::*;
use async_trait::async_trait;
use counterfoil::client::{ClientId, ClientUpdate, Grant, NewClient, Registration, VersionedRegistration};
use counterfoil::memory::MemoryDirectory;
use counterfoil::policy::Policy;
use counterfoil::settings::{SettingsUpdate, StoredSettings, VersionedSettings};
use counterfoil::store::{ClientPut, ClientStore, Page, SettingsPut, SettingsStore, StoreError};
use counterfoil::types::Version;
use counterfoil::{Counterfoil, ManageError, Presenter, Realm, Timestamp, Unavailable};

/// A store that simulates another writer. For the next `writes` puts of settings or of a stored client, the other
/// writer comes first: it changes the stored document before the put does.
struct Rival {
    store: Arc<Base>,
    writes: AtomicU32,
}

impl Rival {
    fn strikes(&self) -> bool {
        self.writes.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

#[async_trait]
impl SettingsStore for Rival {
    async fn settings(&self, realm: &Realm) -> Result<Option<VersionedSettings>, StoreError> {
        SettingsStore::settings(&self.store, realm).await
    }

    async fn put_settings(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        settings: &StoredSettings,
    ) -> Result<SettingsPut, StoreError> {
        if self.strikes() {
            let there = SettingsStore::settings(&self.store, realm).await?;
            let (version, mut theirs) = there.map(|there| (there.version, there.settings)).unzip();
            let theirs = theirs.get_or_insert_default();
            let count = theirs.values.len();
            theirs.values.insert(format!("rival_{count}"), "kept".into());
            let _ = self.store.put_settings(realm, version, theirs).await?;
        }
        self.store.put_settings(realm, expect, settings).await
    }

    async fn last_upkeep(&self) -> Result<Option<Timestamp>, StoreError> {
        self.store.last_upkeep().await
    }

    async fn note_upkeep(&self, expect: Option<Timestamp>, at: Timestamp) -> Result<bool, StoreError> {
        self.store.note_upkeep(expect, at).await
    }
}

#[async_trait]
impl ClientStore for Rival {
    async fn client(&self, realm: &Realm, id: &ClientId) -> Result<Option<VersionedRegistration>, StoreError> {
        self.store.client(realm, id).await
    }

    async fn clients(
        &self,
        realm: &Realm,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Result<Page<VersionedRegistration, ClientId>, StoreError> {
        self.store.clients(realm, after, limit).await
    }

    async fn put_client(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        registration: &Registration,
    ) -> Result<ClientPut, StoreError> {
        let there = self.store.client(realm, &registration.client_id).await?;
        if let Some(mut there) = there.filter(|_| self.strikes()) {
            there.registration.epoch += 1;
            let _ = self.store.put_client(realm, Some(there.version), &there.registration).await?;
        }
        self.store.put_client(realm, expect, registration).await
    }

    async fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> Result<bool, StoreError> {
        self.store.remove_client(realm, id, expect).await
    }
}

fn counterfoil_and_rival() -> (Counterfoil, Arc<Rival>) {
    let store = Arc::new(Base::default());
    let rival = Arc::new(Rival { store: store.clone(), writes: AtomicU32::new(0) });
    let mut policy = Policy::default();
    policy.retry_needs_key_ring = false;
    let counterfoil = Counterfoil::builder()
        .policy(policy)
        .token_store(store.clone())
        .client_store(rival.clone())
        .settings_store(rival.clone())
        .throttle(store)
        .directory(Arc::new(MemoryDirectory::default()) as Arc<dyn counterfoil::directory::Directory>)
        .build();
    (counterfoil.expect("all parts are there"), rival)
}

#[test]
fn a_change_of_settings_keeps_what_came_in_between_and_gives_up_after_eight_turns() {
    let (counterfoil, rival) = counterfoil_and_rival();
    let change = SettingsUpdate::default().with_pat_max_days(90);
    rival.writes.store(7, Ordering::SeqCst);
    let after = block_on(counterfoil.update_settings(&Presenter::host(), &change)).expect("the eighth turn wins");
    assert_eq!(after.pat_max_days, 90);
    let stored = block_on(SettingsStore::settings(&rival.store, &Realm::default())).expect("there").expect("there");
    assert_eq!(stored.settings.values.len(), 8);
    rival.writes.store(8, Ordering::SeqCst);
    let change = SettingsUpdate::default().with_pat_max_days(91);
    let answer = block_on(counterfoil.update_settings(&Presenter::host(), &change));
    assert!(matches!(answer, Err(ManageError::Unavailable(Unavailable::Contended { .. }))), "{answer:?}");
}

#[test]
fn a_change_of_a_client_keeps_what_came_in_between() {
    let (counterfoil, rival) = counterfoil_and_rival();
    let host = Presenter::host();
    let id = block_on(counterfoil.create_client(&host, NewClient::named("app"))).expect("allowed").view.id;
    rival.writes.store(3, Ordering::SeqCst);
    let grants = ClientUpdate::default().with_grants(vec![Grant::RefreshToken]);
    block_on(counterfoil.update_client(&host, &id, grants)).expect("the fourth turn wins");
    let there = block_on(rival.store.client(&Realm::default(), &id)).expect("reachable").expect("there");
    assert_eq!((there.registration.epoch, there.registration.grants), (3, vec![Grant::RefreshToken]));
}

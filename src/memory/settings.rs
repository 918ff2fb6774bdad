//! Stores the settings of realms, and the instant of the last upkeep, in memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::store::MemoryStore;
use crate::store::error::StoreError;
use crate::store::settings_store::{SettingsPut, SettingsStore};
use crate::types::ids::Version;
use crate::types::realm::Realm;
use crate::types::settings::{StoredSettings, VersionedSettings};
use crate::types::time::Timestamp;

/// The settings document of each realm, and the instant of the last upkeep.
#[derive(Default)]
pub(super) struct RealmSettings {
    documents: Mutex<HashMap<Realm, VersionedSettings>>,
    last_upkeep: Mutex<Option<Timestamp>>,
}

impl RealmSettings {
    fn documents(&self) -> MutexGuard<'_, HashMap<Realm, VersionedSettings>> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn last_upkeep(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.last_upkeep.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SettingsStore for MemoryStore {
    async fn settings(&self, realm: &Realm) -> Result<Option<VersionedSettings>, StoreError> {
        Ok(self.settings.documents().get(realm).cloned())
    }

    async fn put_settings(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        settings: &StoredSettings,
    ) -> Result<SettingsPut, StoreError> {
        let mut documents = self.settings.documents();
        let standing = documents.get(realm);
        if standing.map(|standing| standing.version) != expect {
            return Ok(SettingsPut::Stale(standing.cloned()));
        }
        let version = expect.map_or(Version::FIRST, Version::next);
        documents.insert(realm.clone(), VersionedSettings { version, settings: settings.clone() });
        Ok(SettingsPut::Done(version))
    }

    async fn last_upkeep(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(*self.settings.last_upkeep())
    }

    async fn note_upkeep(&self, expect: Option<Timestamp>, at: Timestamp) -> Result<bool, StoreError> {
        let mut last = self.settings.last_upkeep();
        let fits = *last == expect;
        if fits {
            *last = Some(at);
        }
        Ok(fits)
    }
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::*;
    use crate::types::settings::SettingName;

    #[test]
    fn put_needs_the_version() {
        let (store, realm) = (MemoryStore::default(), Realm::default());
        let put = |expect, settings: &StoredSettings| block_on(store.put_settings(&realm, expect, settings));
        let mut settings = StoredSettings::default();
        let stale = put(Some(Version::FIRST), &settings).expect("in memory");
        assert!(matches!(stale, SettingsPut::Stale(None)));
        let SettingsPut::Done(first) = put(None, &settings).expect("in memory") else { panic!("created") };
        settings.set_number(SettingName::PersonalAccessTokensEnabled, 1).expect("in range");
        assert!(matches!(put(None, &settings).expect("in memory"), SettingsPut::Stale(Some(_))));
        let SettingsPut::Done(second) = put(Some(first), &settings).expect("in memory") else { panic!("replaced") };
        assert!(second > first);
        assert!(matches!(put(Some(first), &settings).expect("in memory"), SettingsPut::Stale(Some(_))));
        let read = block_on(store.settings(&realm)).expect("in memory").expect("stored");
        assert_eq!((read.version, read.settings), (second, settings));
        let other = Realm::new("other").expect("a realm");
        assert!(block_on(store.settings(&other)).expect("in memory").is_none(), "realms are apart");
    }
}

//! Settings, one document a realm.

use async_trait::async_trait;
use counterfoil::settings::{StoredSettings, VersionedSettings};
use counterfoil::store::{SettingsPut, SettingsStore, StoreError};
use counterfoil::{Realm, Version};

use crate::key;
use crate::row::{read_document, write_document};
use crate::step::{Decision, Step, carry_out};
use crate::store::KvStore;

struct Put<'a> {
    realm: &'a Realm,
    expect: Option<Version>,
    settings: &'a StoredSettings,
}

impl Decision for Put<'_> {
    type Answer = SettingsPut;

    async fn decide(&self, step: &mut Step<'_>) -> Result<SettingsPut, StoreError> {
        let standing = stands(step, self.realm).await?;
        if standing.as_ref().map(|standing| standing.version) != self.expect {
            return Ok(SettingsPut::Stale(standing));
        }
        let version = self.expect.map_or(Version::FIRST, Version::next);
        let document = self.settings.to_document().map_err(|error| StoreError::corrupt(None, error))?;
        step.put(key::settings(self.realm), write_document(version, &document));
        Ok(SettingsPut::Done(version))
    }
}

async fn stands(step: &mut Step<'_>, realm: &Realm) -> Result<Option<VersionedSettings>, StoreError> {
    let key = key::settings(realm);
    step.load([key.clone()]).await?;
    let Some(row) = step.value(&key) else { return Ok(None) };
    let (version, settings) =
        read_document(row, StoredSettings::from_document).map_err(|corrupt| StoreError::corrupt(None, corrupt))?;
    Ok(Some(VersionedSettings { version, settings }))
}

#[async_trait]
impl SettingsStore for KvStore {
    async fn settings(&self, realm: &Realm) -> Result<Option<VersionedSettings>, StoreError> {
        stands(&mut Step::new(&*self.engine, "settings"), realm).await
    }

    async fn put_settings(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        settings: &StoredSettings,
    ) -> Result<SettingsPut, StoreError> {
        carry_out(&*self.engine, "put_settings", &Put { realm, expect, settings }).await
    }
}

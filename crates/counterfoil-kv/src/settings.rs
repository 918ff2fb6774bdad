//! Stores the settings of realms, each as one document, and the instant of the last upkeep.

use async_trait::async_trait;
use counterfoil::settings::{StoredSettings, VersionedSettings};
use counterfoil::store::{SettingsPut, SettingsStore, StoreError};
use counterfoil::types::Version;
use counterfoil::{Realm, Timestamp};

use crate::key;
use crate::row::{read_document, read_instant, write_document, write_instant};
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

struct Note {
    expect: Option<Timestamp>,
    at: Timestamp,
}

impl Decision for Note {
    type Answer = bool;

    async fn decide(&self, step: &mut Step<'_>) -> Result<bool, StoreError> {
        let fits = noted(step).await? == self.expect;
        if fits {
            step.put(key::upkeep(), write_instant(self.at));
        }
        Ok(fits)
    }
}

async fn noted(step: &mut Step<'_>) -> Result<Option<Timestamp>, StoreError> {
    let key = key::upkeep();
    step.load([key.clone()]).await?;
    step.value(&key).map(|row| read_instant(row)).transpose().map_err(|corrupt| StoreError::corrupt(None, corrupt))
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

    async fn last_upkeep(&self) -> Result<Option<Timestamp>, StoreError> {
        noted(&mut Step::new(&*self.engine, "last_upkeep")).await
    }

    async fn note_upkeep(&self, expect: Option<Timestamp>, at: Timestamp) -> Result<bool, StoreError> {
        carry_out(&*self.engine, "note_upkeep", &Note { expect, at }).await
    }
}

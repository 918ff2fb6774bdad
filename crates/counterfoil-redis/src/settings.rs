//! Stores the settings of realms, and the instant of the last upkeep.

use async_trait::async_trait;
use counterfoil::settings::{StoredSettings, VersionedSettings};
use counterfoil::store::{SettingsPut, SettingsStore, StoreError};
use counterfoil::types::Version;
use counterfoil::{Realm, Timestamp};
use redis::Value;

use crate::ask::{args, shape};
use crate::clients::version;
use crate::row;
use crate::scripts;
use crate::shared_connection::Does;
use crate::store::RedisStore;

#[async_trait]
impl SettingsStore for RedisStore {
    async fn settings(&self, realm: &Realm) -> Result<Option<VersionedSettings>, StoreError> {
        let mut get = redis::cmd("HMGET");
        get.arg(self.keys().settings(realm)).arg("v").arg("d");
        let Value::Array(values) = self.connection().command("settings", Does::Read, &get).await? else {
            return Err(shape("settings"));
        };
        standing(&values)
    }

    async fn put_settings(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        settings: &StoredSettings,
    ) -> Result<SettingsPut, StoreError> {
        const OP: &str = "put_settings";
        let document = settings.to_document().map_err(|invalid| StoreError::corrupt(None, invalid))?;
        let expect = expect.map(|expect| expect.number().to_string()).unwrap_or_default();
        let keys = [self.keys().settings(realm)];
        let arguments = args![expect.as_bytes(), document.as_bytes()];
        let answer = Self::answer(OP, self.script(OP, &scripts::PUT_SETTINGS, &keys, &arguments).await?)?;
        match answer.word.as_str() {
            "done" => version(answer.rest.first()).map(SettingsPut::Done),
            "stale" => standing(&answer.rest).map(SettingsPut::Stale),
            _ => answer.unknown(OP),
        }
    }

    async fn last_upkeep(&self) -> Result<Option<Timestamp>, StoreError> {
        const OP: &str = "last_upkeep";
        let mut get = redis::cmd("HGET");
        get.arg(self.keys().upkeep()).arg("a");
        match self.connection().command(OP, Does::Read, &get).await? {
            Value::Nil => Ok(None),
            found => row::bytes(&found).ok_or_else(|| shape(OP)).and_then(row::instant_of).map(Some),
        }
    }

    async fn note_upkeep(&self, expect: Option<Timestamp>, at: Timestamp) -> Result<bool, StoreError> {
        const OP: &str = "note_upkeep";
        let expect = expect.map(|expect| row::time(expect).to_vec()).unwrap_or_default();
        let arguments = args![expect, row::time(at)];
        let value = self.script(OP, &scripts::NOTE_UPKEEP, &[self.keys().upkeep()], &arguments).await?;
        Ok(Self::count(OP, &value)? == 1)
    }
}

/// Decodes the version and the document of the settings. Returns `None` if there is no document.
fn standing(values: &[Value]) -> Result<Option<VersionedSettings>, StoreError> {
    let Some(document) = values.get(1).and_then(row::bytes) else { return Ok(None) };
    let text = std::str::from_utf8(document).map_err(|invalid| StoreError::corrupt(None, invalid))?;
    let settings = StoredSettings::from_document(text).map_err(|invalid| StoreError::corrupt(None, invalid))?;
    Ok(Some(VersionedSettings { version: version(values.first())?, settings }))
}

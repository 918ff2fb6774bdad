//! Stores the settings of realms, and the instant of the last upkeep.

use async_trait::async_trait;
use counterfoil::settings::{StoredSettings, VersionedSettings};
use counterfoil::store::{SettingsPut, SettingsStore, StoreError};
use counterfoil::types::Version;
use counterfoil::{Realm, Timestamp};

use super::sql;
use super::store::SqliteStore;
use crate::row;

#[async_trait]
impl SettingsStore for SqliteStore {
    async fn settings(&self, realm: &Realm) -> Result<Option<VersionedSettings>, StoreError> {
        let query = sqlx::query(sql::SETTINGS).bind(realm.as_str());
        let found = self.read_one("settings", query).await?;
        found.as_ref().map(row::settings).transpose()
    }

    async fn put_settings(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        settings: &StoredSettings,
    ) -> Result<SettingsPut, StoreError> {
        let document = settings.to_document().map_err(|invalid| StoreError::corrupt(None, invalid))?;
        let mut write = self.write("put_settings").await?;
        let standing = write.one(sqlx::query(sql::SETTINGS).bind(realm.as_str())).await?;
        let standing = standing.as_ref().map(row::settings).transpose()?;
        if standing.as_ref().map(|standing| standing.version) != expect {
            return Ok(SettingsPut::Stale(standing));
        }
        let put = write.one(sqlx::query(sql::PUT_SETTINGS).bind(realm.as_str()).bind(document)).await?;
        let version = put.map(|row| row::version(&row)).transpose()?;
        write.commit(SettingsPut::Done(version.unwrap_or(Version::FIRST))).await
    }

    async fn last_upkeep(&self) -> Result<Option<Timestamp>, StoreError> {
        let found = self.read_one("last_upkeep", sqlx::query(sql::LAST_UPKEEP)).await?;
        found.map_or(Ok(None), |row| row::instant(&row, "at"))
    }

    async fn note_upkeep(&self, expect: Option<Timestamp>, at: Timestamp) -> Result<bool, StoreError> {
        let mut write = self.write("note_upkeep").await?;
        let standing = write.one(sqlx::query(sql::LAST_UPKEEP)).await?;
        if standing.map_or(Ok(None), |row| row::instant(&row, "at"))? != expect {
            return Ok(false);
        }
        write.run(sqlx::query(sql::NOTE_UPKEEP).bind(row::micros(at))).await?;
        write.commit(true).await
    }
}

//! Stores the settings of realms, and the instant of the last upkeep.

use async_trait::async_trait;
use counterfoil::settings::{StoredSettings, VersionedSettings};
use counterfoil::store::{SettingsPut, SettingsStore, StoreError};
use counterfoil::types::Version;
use counterfoil::{Realm, Timestamp};

use super::ask::{TURNS, Wrote, lost};
use super::sql;
use super::store::PgStore;
use crate::row::{self, count, micros};

#[async_trait]
impl SettingsStore for PgStore {
    async fn settings(&self, realm: &Realm) -> Result<Option<VersionedSettings>, StoreError> {
        let query = || sqlx::query(sql::SETTINGS).bind(realm.as_str());
        self.read_one("settings", query).await?.as_ref().map(row::settings).transpose()
    }

    async fn put_settings(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        settings: &StoredSettings,
    ) -> Result<SettingsPut, StoreError> {
        const OP: &str = "put_settings";
        let document = settings.to_document().map_err(|invalid| StoreError::corrupt(None, invalid))?;
        let query = || match expect {
            None => sqlx::query(sql::CREATE_SETTINGS).bind(realm.as_str()).bind(document.as_str()),
            Some(expect) => sqlx::query(sql::REPLACE_SETTINGS)
                .bind(realm.as_str())
                .bind(document.as_str())
                .bind(count(expect.number())),
        };
        for _ in 0..TURNS {
            if let Wrote::Done(Some(row)) = self.write_one(OP, query).await? {
                return row::version(&row).map(SettingsPut::Done);
            }
            let stands = self.settings(realm).await?;
            if stands.as_ref().map(|stands| stands.version) != expect {
                return Ok(SettingsPut::Stale(stands));
            }
        }
        Err(lost(OP))
    }

    async fn last_upkeep(&self) -> Result<Option<Timestamp>, StoreError> {
        let found = self.read_one("last_upkeep", || sqlx::query(sql::LAST_UPKEEP)).await?;
        found.map_or(Ok(None), |row| row::instant(&row, "at"))
    }

    async fn note_upkeep(&self, expect: Option<Timestamp>, at: Timestamp) -> Result<bool, StoreError> {
        let query = || match expect {
            None => sqlx::query(sql::FIRST_UPKEEP).bind(micros(at)),
            Some(expect) => sqlx::query(sql::NOTE_UPKEEP).bind(micros(at)).bind(micros(expect)),
        };
        Ok(self.changed("note_upkeep", query).await? > 0)
    }
}

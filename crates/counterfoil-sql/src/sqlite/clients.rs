//! Implements `ClientStore`: one row for each client id, with the registration as a document.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::Realm;
use counterfoil::client::{ClientId, Registration, VersionedRegistration};
use counterfoil::store::{ClientPut, ClientStore, Page, StoreError};
use counterfoil::types::Version;
use sqlx::Row as _;

use super::sql;
use super::store::SqliteStore;
use crate::row::{self, count};

#[async_trait]
impl ClientStore for SqliteStore {
    async fn client(&self, realm: &Realm, id: &ClientId) -> Result<Option<VersionedRegistration>, StoreError> {
        let query = sqlx::query(sql::CLIENT).bind(realm.as_str()).bind(id.as_str());
        let found = self.read_one("client", query).await?;
        found.as_ref().map(row::client).transpose()
    }

    async fn clients(
        &self,
        realm: &Realm,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Result<Page<VersionedRegistration, ClientId>, StoreError> {
        let query = sqlx::query(sql::CLIENTS)
            .bind(realm.as_str())
            .bind(after.map_or("", ClientId::as_str))
            .bind(i64::from(limit.get()) + 1);
        let rows = self.read("clients", query).await?;
        row::clients(&rows, limit.get())
    }

    async fn put_client(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        registration: &Registration,
    ) -> Result<ClientPut, StoreError> {
        let document = registration.to_document().map_err(|invalid| StoreError::corrupt(None, invalid))?;
        let (id, key) = (registration.client_id.as_str(), registration.key.as_bytes().as_slice());
        let mut write = self.write("put_client").await?;
        let standing = write.one(sqlx::query(sql::CLIENT).bind(realm.as_str()).bind(id)).await?;
        let same_key = standing.as_ref().is_some_and(|row| row.try_get("key").is_ok_and(|own: &[u8]| own == key));
        let standing = standing.as_ref().map(row::client).transpose()?;
        if standing.as_ref().map(|standing| standing.version) != expect {
            return Ok(ClientPut::Stale(standing));
        }
        if !same_key {
            let used = write.run(sqlx::query(sql::USE_KEY).bind(realm.as_str()).bind(key)).await?;
            if used.rows_affected() == 0 {
                return Ok(ClientPut::Retired);
            }
        }
        let put = sqlx::query(sql::PUT_CLIENT).bind(realm.as_str()).bind(id).bind(key).bind(document);
        let version = write.one(put).await?.map(|row| row::version(&row)).transpose()?;
        write.commit(ClientPut::Done(version.unwrap_or(Version::FIRST))).await
    }

    async fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> Result<bool, StoreError> {
        let mut write = self.write("remove_client").await?;
        let query = sqlx::query(sql::REMOVE_CLIENT).bind(realm.as_str()).bind(id.as_str()).bind(count(expect.number()));
        let removed = write.run(query).await?.rows_affected() > 0;
        write.commit(removed).await
    }
}

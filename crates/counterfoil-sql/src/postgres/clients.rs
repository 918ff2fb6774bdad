//! Implements `ClientStore`: one row for each client id, with the registration as a document.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::Realm;
use counterfoil::client::{ClientId, Registration, VersionedRegistration};
use counterfoil::store::{ClientPut, ClientStore, Page, StoreError};
use counterfoil::types::Version;

use super::ask::{TURNS, Wrote, lost};
use super::sql;
use super::store::PgStore;
use crate::row::{self, count};

#[async_trait]
impl ClientStore for PgStore {
    async fn client(&self, realm: &Realm, id: &ClientId) -> Result<Option<VersionedRegistration>, StoreError> {
        let query = || sqlx::query(sql::CLIENT).bind(realm.as_str()).bind(id.as_str());
        self.read_one("client", query).await?.as_ref().map(row::client).transpose()
    }

    async fn clients(
        &self,
        realm: &Realm,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Result<Page<VersionedRegistration, ClientId>, StoreError> {
        let query = || {
            sqlx::query(sql::CLIENTS)
                .bind(realm.as_str())
                .bind(after.map_or("", ClientId::as_str))
                .bind(i64::from(limit.get()) + 1)
        };
        row::clients(&self.read("clients", query).await?, limit.get())
    }

    async fn put_client(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        registration: &Registration,
    ) -> Result<ClientPut, StoreError> {
        const OP: &str = "put_client";
        let document = registration.to_document().map_err(|invalid| StoreError::corrupt(None, invalid))?;
        let query = || {
            let text = if expect.is_some() { sql::REPLACE_CLIENT } else { sql::CREATE_CLIENT };
            let query = sqlx::query(text)
                .bind(realm.as_str())
                .bind(registration.client_id.as_str())
                .bind(registration.key.as_bytes().as_slice())
                .bind(document.as_str());
            match expect {
                Some(expect) => query.bind(count(expect.number())),
                None => query,
            }
        };
        for _ in 0..TURNS {
            match self.write_one(OP, query).await? {
                Wrote::Done(Some(row)) => return row::version(&row).map(ClientPut::Done),
                Wrote::Taken => return Ok(ClientPut::Retired),
                Wrote::Done(None) => {}
            }
            let stands = self.client(realm, &registration.client_id).await?;
            if stands.as_ref().map(|stands| stands.version) != expect {
                return Ok(ClientPut::Stale(stands));
            }
        }
        Err(lost(OP))
    }

    async fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> Result<bool, StoreError> {
        let query =
            || sqlx::query(sql::REMOVE_CLIENT).bind(realm.as_str()).bind(id.as_str()).bind(count(expect.number()));
        Ok(self.changed("remove_client", query).await? > 0)
    }
}

//! Stores the registrations of clients.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::Realm;
use counterfoil::client::{ClientId, Registration, VersionedRegistration};
use counterfoil::store::{ClientPut, ClientStore, Corrupt, Page, StoreError};
use counterfoil::types::Version;
use redis::Value;

use crate::ask::{args, shape};
use crate::row;
use crate::scripts;
use crate::shared_connection::Does;
use crate::store::RedisStore;

#[async_trait]
impl ClientStore for RedisStore {
    async fn client(&self, realm: &Realm, id: &ClientId) -> Result<Option<VersionedRegistration>, StoreError> {
        let mut get = redis::cmd("HMGET");
        get.arg(self.keys().clients(realm).first());
        get.arg(format!("v{}", id.as_str())).arg(format!("d{}", id.as_str()));
        let Value::Array(values) = self.connection().command("client", Does::Read, &get).await? else {
            return Err(shape("client"));
        };
        standing(&values)
    }

    async fn clients(
        &self,
        realm: &Realm,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Result<Page<VersionedRegistration, ClientId>, StoreError> {
        const OP: &str = "clients";
        let first = after.map_or_else(|| "-".to_owned(), |after| format!("({}", after.as_str()));
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        // One row more than the page needs is read. If it exists, there is a next page.
        let arguments = args![first.as_bytes(), limit.saturating_add(1).to_string().as_bytes()];
        let keys = self.keys().clients(realm);
        let value = self.script_that(OP, Does::Read, &scripts::CLIENTS, &keys, &arguments).await?;
        let Value::Array(values) = value else { return Err(shape(OP)) };
        let (mut page, mut last) = (Page { items: Vec::new(), next: None, corrupt: 0 }, None);
        let (found, []) = values.as_chunks::<3>() else { return Err(shape(OP)) };
        for [id, version, document] in found.iter().take(limit) {
            let id = row::bytes(id).and_then(|id| std::str::from_utf8(id).ok()?.parse::<ClientId>().ok());
            match standing(&[version.clone(), document.clone()]) {
                Ok(Some(registration)) => page.items.push(registration),
                _ => page.corrupt = page.corrupt.saturating_add(1),
            }
            last = id.or(last);
        }
        if found.len() > limit {
            // This crate writes only valid client ids. If a damaged page contains no valid id, the next page would have
            // no start, so an error is returned.
            page.next = Some(last.ok_or_else(|| StoreError::corrupt(None, Corrupt::Column { column: "client id" }))?);
        }
        Ok(page)
    }

    async fn put_client(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        registration: &Registration,
    ) -> Result<ClientPut, StoreError> {
        const OP: &str = "put_client";
        let document = registration.to_document().map_err(|invalid| StoreError::corrupt(None, invalid))?;
        let expect = expect.map(|expect| expect.number().to_string()).unwrap_or_default();
        let (id, key) = (registration.client_id.as_str(), registration.key.as_bytes());
        let arguments = args![id.as_bytes(), expect.as_bytes(), key, document.as_bytes()];
        let value = self.script(OP, &scripts::PUT_CLIENT, &self.keys().clients(realm), &arguments).await?;
        let answer = Self::answer(OP, value)?;
        match answer.word.as_str() {
            "done" => version(answer.rest.first()).map(ClientPut::Done),
            "stale" => standing(&answer.rest).map(ClientPut::Stale),
            "retired" => Ok(ClientPut::Retired),
            _ => answer.unknown(OP),
        }
    }

    async fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> Result<bool, StoreError> {
        const OP: &str = "remove_client";
        let arguments = args![id.as_str().as_bytes(), expect.number().to_string().as_bytes()];
        let value = self.script(OP, &scripts::REMOVE_CLIENT, &self.keys().clients(realm), &arguments).await?;
        Ok(Self::count(OP, &value)? == 1)
    }
}

/// Decodes the version and the document. Returns `None` if there is no document. The version alone is not enough,
/// because it is still stored after a registration is removed.
fn standing(values: &[Value]) -> Result<Option<VersionedRegistration>, StoreError> {
    let Some(document) = values.get(1).and_then(row::bytes) else { return Ok(None) };
    let text = std::str::from_utf8(document).map_err(|invalid| StoreError::corrupt(None, invalid))?;
    let registration = Registration::from_document(text).map_err(|invalid| StoreError::corrupt(None, invalid))?;
    Ok(Some(VersionedRegistration { version: version(values.first())?, registration }))
}

/// Decodes a version, which is written in decimal digits.
pub(crate) fn version(value: Option<&Value>) -> Result<Version, StoreError> {
    let number = value.and_then(row::bytes).and_then(row::number);
    number.map(Version::new).ok_or_else(|| StoreError::corrupt(None, Corrupt::Column { column: "version" }))
}

//! Client registrations. Each is stored as one document.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::Realm;
use counterfoil::client::{ClientId, Registration, VersionedRegistration};
use counterfoil::store::{ClientPut, ClientStore, Page, StoreError};
use counterfoil::types::Version;

use crate::engine::Value;
use crate::key;
use crate::row::{read_document, read_version, write_document, write_version};
use crate::step::{Decision, Step, carry_out};
use crate::store::KvStore;

/// The maximum number of registrations on a page.
const MOST: usize = 500;

struct Put<'a> {
    realm: &'a Realm,
    expect: Option<Version>,
    registration: &'a Registration,
}

impl Decision for Put<'_> {
    type Answer = ClientPut;

    async fn decide(&self, step: &mut Step<'_>) -> Result<ClientPut, StoreError> {
        let (realm, id) = (self.realm, &self.registration.client_id);
        let (client, last) = (key::client(realm, id), key::last_version(realm, id));
        let used = key::used(realm, &self.registration.key);
        step.load([client.clone(), last.clone(), used.clone()]).await?;
        let standing = step.value(&client).map(|row| read(row)).transpose()?;
        if standing.as_ref().map(|standing| standing.version) != self.expect {
            return Ok(ClientPut::Stale(standing));
        }
        let keeps_its_key =
            standing.as_ref().is_some_and(|standing| standing.registration.key == self.registration.key);
        if !keeps_its_key && step.value(&used).is_some() {
            return Ok(ClientPut::Retired);
        }
        let last = step.value(&last).map(|row| read_version(row)).transpose();
        let last = last.map_err(|corrupt| StoreError::corrupt(None, corrupt))?;
        let version = self.expect.or(last).map_or(Version::FIRST, Version::next);
        let document = self.registration.to_document().map_err(|error| StoreError::corrupt(None, error))?;
        step.put(client, write_document(version, &document));
        step.put(used, Value::new());
        Ok(ClientPut::Done(version))
    }
}

struct Remove<'a> {
    realm: &'a Realm,
    id: &'a ClientId,
    expect: Version,
}

impl Decision for Remove<'_> {
    type Answer = bool;

    async fn decide(&self, step: &mut Step<'_>) -> Result<bool, StoreError> {
        let client = key::client(self.realm, self.id);
        step.load([client.clone()]).await?;
        let standing = step.value(&client).map(|row| read(row)).transpose()?;
        if standing.is_none_or(|standing| standing.version != self.expect) {
            return Ok(false);
        }
        step.delete(client);
        step.put(key::last_version(self.realm, self.id), write_version(self.expect));
        Ok(true)
    }
}

fn read(row: &[u8]) -> Result<VersionedRegistration, StoreError> {
    let (version, registration) =
        read_document(row, Registration::from_document).map_err(|corrupt| StoreError::corrupt(None, corrupt))?;
    Ok(VersionedRegistration { version, registration })
}

#[async_trait]
impl ClientStore for KvStore {
    async fn client(&self, realm: &Realm, id: &ClientId) -> Result<Option<VersionedRegistration>, StoreError> {
        let (mut step, key) = (Step::new(&*self.engine, "client"), key::client(realm, id));
        step.load([key.clone()]).await?;
        step.value(&key).map(|row| read(row)).transpose()
    }

    async fn clients(
        &self,
        realm: &Realm,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Result<Page<VersionedRegistration, ClientId>, StoreError> {
        let all = key::clients(realm);
        let from = after.map_or_else(|| all.clone().key(), |after| key::after(key::client(realm, after)));
        let prefix = all.clone().key().len();
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX).min(MOST);
        let mut rows = Step::new(&*self.engine, "clients").scan(&from, &all.end_of_prefix(), limit + 1).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().filter(|_| more).and_then(|(key, _)| std::str::from_utf8(key.get(prefix..)?).ok());
        let mut page = Page { items: Vec::new(), next: last.and_then(|id| id.parse().ok()), corrupt: 0 };
        for (_, row) in &rows {
            match read(row) {
                Ok(registration) => page.items.push(registration),
                Err(_) => page.corrupt += 1,
            }
        }
        Ok(page)
    }

    async fn put_client(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        registration: &Registration,
    ) -> Result<ClientPut, StoreError> {
        carry_out(&*self.engine, "put_client", &Put { realm, expect, registration }).await
    }

    async fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> Result<bool, StoreError> {
        carry_out(&*self.engine, "remove_client", &Remove { realm, id, expect }).await
    }
}

//! Counts the stored digests under each key, before a key is removed from the ring.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::record::token_record::Corrupt;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::store::error::StoreError;
use crate::types::ids::KeyId;

/// How many registrations are read per call of the store.
const BATCH: NonZeroU32 = match NonZeroU32::new(100) {
    Some(batch) => batch,
    None => NonZeroU32::MIN,
};

/// The number of digests under one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyUse {
    /// The key. [`KeyId::NONE`]: digested without a ring.
    pub key: KeyId,
    /// Records of all realms of the store, including expired and revoked ones until they are purged.
    pub records: u64,
    /// Secrets of this realm's clients. A secret is digested again only when it is used: replace unused ones.
    pub client_secrets: u64,
}

/// Why a key should stay in the ring.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DropKeyError {
    /// Credentials under this key would stop verifying.
    #[error("key {} is still in use: {records} records and {client_secrets} client secrets", .key.number())]
    InUse {
        /// The key.
        key: KeyId,
        /// Records under it.
        records: u64,
        /// Client secrets under it.
        client_secrets: u64,
    },
    /// The use could not be determined.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl Counterfoil {
    /// The number of digests under each key.
    ///
    /// # Errors
    ///
    /// A store failed.
    pub async fn key_census(&self) -> Result<Vec<KeyUse>, Unavailable> {
        census(&self.service).await
    }

    /// The number of digests under that key.
    ///
    /// # Errors
    ///
    /// A store failed.
    pub async fn key_still_used(&self, key: KeyId) -> Result<u64, Unavailable> {
        still_used(&self.service, key).await
    }

    /// Checks that no credential and no client secret uses this key. The check is advisory: nothing prevents a later
    /// use.
    ///
    /// # Errors
    ///
    /// [`DropKeyError::InUse`] with the counts, or a store failed.
    pub async fn may_drop_key(&self, key: KeyId) -> Result<(), DropKeyError> {
        may_drop(&self.service, key).await
    }
}

/// The number of digests under each key, in ascending order of keys. It may be slow, and it may miss concurrent writes.
async fn census(service: &Service) -> Result<Vec<KeyUse>, Unavailable> {
    let mut uses = BTreeMap::new();
    for (key, records) in service.store.census().await? {
        uses.entry(key).or_insert(KeyUse { key, records: 0, client_secrets: 0 }).records += records;
    }
    let mut after = None;
    loop {
        let clients = service.clients.clients(&service.realm, after.as_ref(), BATCH).await?;
        // A registration that does not decode may hold a secret under any key.
        if clients.corrupt > 0 {
            return Err(StoreError::corrupt(None, Corrupt::Column { column: "client document" }).into());
        }
        for key in clients.items.iter().flat_map(|client| &client.registration.secrets).map(|secret| secret.key_id) {
            uses.entry(key).or_insert(KeyUse { key, records: 0, client_secrets: 0 }).client_secrets += 1;
        }
        after = clients.next;
        if after.is_none() {
            break;
        }
    }
    Ok(uses.into_values().collect())
}

/// The number of digests under that key.
async fn still_used(service: &Service, key: KeyId) -> Result<u64, Unavailable> {
    let used = census(service).await?.into_iter().find(|used| used.key == key);
    Ok(used.map_or(0, |used| used.records.saturating_add(used.client_secrets)))
}

/// Checks that no digest uses the key. A host that removes the key anyway, with
/// [`KeyRing::without`](crate::KeyRing::without), accepts that the remaining credentials stop verifying.
async fn may_drop(service: &Service, key: KeyId) -> Result<(), DropKeyError> {
    match census(service).await?.into_iter().find(|used| used.key == key) {
        Some(KeyUse { records, client_secrets, .. }) if records > 0 || client_secrets > 0 => {
            Err(DropKeyError::InUse { key, records, client_secrets })
        }
        _ => Ok(()),
    }
}

//! Counts the stored digests under each key. A host needs the numbers before it removes a key from the ring.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::record::token_record::Corrupt;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::store::error::StoreError;
use crate::types::ids::KeyId;

/// How many registrations one call of the store reads.
const BATCH: NonZeroU32 = match NonZeroU32::new(100) {
    Some(batch) => batch,
    None => NonZeroU32::MIN,
};

/// The number of digests under one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyUse {
    /// The key. [`KeyId::NONE`] stands for digests that were computed without a key ring.
    pub key: KeyId,
    /// The number of records in all realms of the store. It includes expired and revoked records that are not purged
    /// yet.
    pub records: u64,
    /// The number of secrets of clients of this realm. A secret gets a new digest only when it is used, so replace
    /// unused secrets.
    pub client_secrets: u64,
}

impl KeyUse {
    /// Whether any digest uses the key. If not, the key may be removed from the ring, unless it is the newest key.
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// assert!(counterfoil.key_census().await?.iter().all(|key| key.is_used()));
    /// # Ok(()) }) }
    /// ```
    #[must_use]
    pub const fn is_used(&self) -> bool {
        self.records > 0 || self.client_secrets > 0
    }
}

/// Why a key should stay in the ring.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DropKeyError {
    /// Some credentials would no longer verify without this key.
    #[error("key {} is still in use: {records} records and {client_secrets} client secrets", .key.number())]
    InUse {
        /// The key.
        key: KeyId,
        /// The number of records under the key.
        records: u64,
        /// The number of client secrets under the key.
        client_secrets: u64,
    },
    /// The numbers could not be determined.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl Counterfoil {
    /// Counts the digests under each key.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if a store failed.
    pub async fn key_census(&self) -> Result<Vec<KeyUse>, Unavailable> {
        census(&self.service).await
    }

    /// Counts the digests under that key.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if a store failed.
    pub async fn key_still_used(&self, key: KeyId) -> Result<u64, Unavailable> {
        still_used(&self.service, key).await
    }

    /// Checks that no credential and no client secret uses this key. The result is advisory: the key may be used again
    /// after the check.
    ///
    /// # Errors
    ///
    /// [`DropKeyError::InUse`] with the numbers if the key is used. [`DropKeyError::Unavailable`] if a store failed.
    pub async fn may_drop_key(&self, key: KeyId) -> Result<(), DropKeyError> {
        may_drop(&self.service, key).await
    }
}

/// Counts the digests under each key, in ascending order of keys. The call may be slow, and may miss concurrent writes.
async fn census(service: &Service) -> Result<Vec<KeyUse>, Unavailable> {
    let mut uses = BTreeMap::new();
    for (key, records) in service.store.census().await? {
        uses.entry(key).or_insert(KeyUse { key, records: 0, client_secrets: 0 }).records += records;
    }
    let mut after = None;
    loop {
        let clients = service.clients.clients(&service.realm, after.as_ref(), BATCH).await?;
        // A registration that cannot be decoded may contain a secret under any key.
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

/// Counts the digests under that key.
async fn still_used(service: &Service, key: KeyId) -> Result<u64, Unavailable> {
    let used = census(service).await?.into_iter().find(|used| used.key == key);
    Ok(used.map_or(0, |used| used.records.saturating_add(used.client_secrets)))
}

/// Checks that no digest uses the key. A host can remove the key anyway, with
/// [`KeyRing::without`](crate::KeyRing::without). The remaining credentials under the key then no longer verify.
async fn may_drop(service: &Service, key: KeyId) -> Result<(), DropKeyError> {
    match census(service).await?.into_iter().find(|used| used.key == key) {
        Some(used) if used.is_used() => {
            let KeyUse { records, client_secrets, .. } = used;
            Err(DropKeyError::InUse { key, records, client_secrets })
        }
        _ => Ok(()),
    }
}

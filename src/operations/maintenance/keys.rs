//! Counts the stored digests by the key of the key ring under which they were computed. A host needs the numbers before
//! it removes a key from the ring.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::record::token_record::Corrupt;
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::store::error::StoreError;
use crate::types::ids::KeyId;

/// How many client registrations one call of the store reads.
const BATCH: NonZeroU32 = match NonZeroU32::new(100) {
    Some(batch) => batch,
    None => NonZeroU32::MIN,
};

/// How many stored digests were computed under one key of the key ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyUse {
    /// The key. [`KeyId::NONE`] stands for digests that were computed without a key ring.
    pub key: KeyId,
    /// The number of records whose digest was computed under this key, in all realms of the store. It includes expired
    /// and revoked records that are not purged yet.
    pub records: u64,
    /// The number of client secrets whose digest was computed under this key, in this realm. A secret gets a digest
    /// under the newest key only when it is used. So replace the secrets that are not used before you remove an older
    /// key.
    pub client_secrets: u64,
}

impl KeyUse {
    /// Whether any digest uses the key. A key that no digest uses may be removed from the ring, except the newest key.
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

/// Why a key should stay in the ring, or why this could not be determined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DropKeyError {
    /// Stored digests were computed under the key. Without the key, the credentials and client secrets with these
    /// digests no longer verify.
    #[error("key {} is still in use: {records} records and {client_secrets} client secrets", .key.number())]
    InUse {
        /// The key that is still used.
        key: KeyId,
        /// The number of records whose digest was computed under the key.
        records: u64,
        /// The number of client secrets whose digest was computed under the key.
        client_secrets: u64,
    },
    /// A store failed, so it is unknown whether the key is used.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl Counterfoil {
    /// Counts the stored digests of records and of client secrets by the key under which they were computed.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if a store failed.
    pub async fn key_census(&self) -> Result<Vec<KeyUse>, Unavailable> {
        census(&self.service).await
    }

    /// Counts the stored digests that were computed under `key`: those of records and those of client secrets together.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if a store failed.
    pub async fn key_still_used(&self, key: KeyId) -> Result<u64, Unavailable> {
        still_used(&self.service, key).await
    }

    /// Checks that no stored digest of a credential or client secret was computed under this key. The result is
    /// advisory: after the check, another process can compute a new digest under the key.
    ///
    /// # Errors
    ///
    /// [`DropKeyError::InUse`] if a stored digest was computed under the key. The error says how many records and how
    /// many client secrets have such a digest. [`DropKeyError::Unavailable`] if a store failed.
    pub async fn may_drop_key(&self, key: KeyId) -> Result<(), DropKeyError> {
        may_drop(&self.service, key).await
    }
}

/// Counts the stored digests by key, in ascending order of keys. The call can be slow, and can miss concurrent writes.
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

async fn still_used(service: &Service, key: KeyId) -> Result<u64, Unavailable> {
    let used = census(service).await?.into_iter().find(|used| used.key == key);
    Ok(used.map_or(0, |used| used.records.saturating_add(used.client_secrets)))
}

/// Returns an error if a stored digest was computed under the key. The error is only a warning. A host can remove the
/// key anyway, with [`KeyRing::without`](crate::KeyRing::without). The credentials with such a digest then no longer
/// verify.
async fn may_drop(service: &Service, key: KeyId) -> Result<(), DropKeyError> {
    match census(service).await?.into_iter().find(|used| used.key == key) {
        Some(used) if used.is_used() => {
            let KeyUse { records, client_secrets, .. } = used;
            Err(DropKeyError::InUse { key, records, client_secrets })
        }
        _ => Ok(()),
    }
}

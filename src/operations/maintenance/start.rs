//! Checks before the first request: whether the key ring belongs to the store, and whether the store accepts writes.

use crate::counterfoil::Counterfoil;
use crate::event::{Actor, By, EventKind};
use crate::service::Service;
use crate::service::error::{ManageError, Unavailable};
use crate::types::ids::KeyId;
use crate::types::time::Timestamp;

impl Counterfoil {
    /// Checks the key ring before the first request: whether it belongs to the store, and whether it verifies all
    /// stored records. Records under a missing key are reported as
    /// [`EventKind::KeyMissing`](crate::event::EventKind::KeyMissing).
    ///
    /// The first call stores a check value of each key with the settings; no key can be derived from a check value.
    /// From then on this call refuses another ring, and a handle with another ring creates nothing. So a lost key file
    /// stops the start instead of invalidating every token.
    ///
    /// Call it once, after [`Builder::build`](crate::Builder::build). It counts all records: with a large store this
    /// takes seconds.
    ///
    /// # Errors
    ///
    /// [`Unavailable::ForeignKeyRing`] if a key of the ring has the same number as a key of the store but is a
    /// different key. Otherwise a store failed.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// use counterfoil::memory::{MemoryDirectory, MemoryStore};
    /// use counterfoil::{Counterfoil, KeyRing, Unavailable};
    ///
    /// # futures_executor::block_on(async {
    /// let store = Arc::new(MemoryStore::default());
    /// let with = |ring: KeyRing| {
    ///     let builder = Counterfoil::builder().store(Arc::clone(&store)).directory(MemoryDirectory::default());
    ///     builder.key_ring(ring).build()
    /// };
    /// with(KeyRing::generate_from_system()?)?.start().await?;
    /// let another = with(KeyRing::generate_from_system()?)?;
    /// assert!(matches!(another.start().await, Err(Unavailable::ForeignKeyRing { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub async fn start(&self) -> Result<(), Unavailable> {
        start(&self.service, RingOf::ThisStore, self.now()).await
    }

    /// The same as [`Counterfoil::start`], for a key ring that replaces a lost one. Every credential and client secret
    /// digested under the lost ring is refused from now on: people must sign in again, and clients need new secrets.
    ///
    /// # Errors
    ///
    /// A store failed.
    pub async fn start_with_new_key_ring(&self) -> Result<(), Unavailable> {
        start(&self.service, RingOf::AnotherStore, self.now()).await
    }

    /// Checks that the store accepts writes, by a write without visible effect. For a readiness check, at most once
    /// in a few seconds.
    ///
    /// # Errors
    ///
    /// The store is unreachable, a replica, or read-only.
    pub async fn probe(&self) -> Result<(), Unavailable> {
        Ok(self.service.store.probe().await?)
    }
}

/// The relation of the key ring to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RingOf {
    /// It belongs to the store.
    ThisStore,
    /// It replaces a lost one.
    AnotherStore,
}

/// Compares the ring with the store's check values, stores those of new keys, and reports records that no key
/// verifies.
async fn start(service: &Service, ring: RingOf, now: Timestamp) -> Result<(), Unavailable> {
    let noted = service
        .update_settings(now, |stored| {
            match ring {
                RingOf::ThisStore => service.own_key_ring(stored)?,
                RingOf::AnotherStore => stored.key_checks.clear(),
            }
            stored.key_checks.extend(service.key_checks());
            Ok(())
        })
        .await;
    match noted {
        Ok(_) => {}
        Err(ManageError::Unavailable(unavailable)) => return Err(unavailable),
        // Other errors cannot occur: no permission and no field is checked here.
        Err(_) => return Err(Unavailable::Contended { operation: "start" }),
    }
    let usable = |key: KeyId| service.digester.is_usable(key);
    for (key, records) in service.store.census().await? {
        if records > 0 && !usable(key) {
            service.tell(now, By::itself(Actor::Host), EventKind::KeyMissing { key, records });
        }
    }
    Ok(())
}

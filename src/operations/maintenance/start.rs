//! What a host calls before the first request: does the key ring belong to the store, and does the store serve?

use crate::counterfoil::Counterfoil;
use crate::event::{Actor, By, EventKind};
use crate::service::Service;
use crate::service::error::{ManageError, Unavailable};
use crate::types::ids::KeyId;
use crate::types::time::Timestamp;

impl Counterfoil {
    /// Looks at the store before the first request: whether the key ring is the one that the store was filled with, and whether it verifies what
    /// is there; what it does not is told as [`EventKind::KeyMissing`](crate::event::EventKind::KeyMissing). The first call notes a check value of each key
    /// beside the settings, from which no key can be had. From then on this call refuses another ring, and a handle that has
    /// one makes nothing: a lost key file stops the start and does not end every token.
    ///
    /// A host calls it once, after [`Builder::build`](crate::Builder::build). It counts all records: on a great store that takes seconds.
    ///
    /// # Errors
    ///
    /// [`Unavailable::ForeignKeyRing`] where a key of the ring has the number of one of the store's and is another; a store.
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

    /// The same, where the store's key ring is lost for good and this one takes its place. Every credential that was digested under the lost one
    /// is refused from now on, and every client's secret too: people sign in again, clients get new secrets.
    ///
    /// # Errors
    ///
    /// A store.
    pub async fn start_with_new_key_ring(&self) -> Result<(), Unavailable> {
        start(&self.service, RingOf::AnotherStore, self.now()).await
    }

    /// Whether the store takes writes: it tries one that changes nothing that anybody sees. For a readiness check, at most one in a few seconds.
    ///
    /// # Errors
    ///
    /// The store: it cannot be asked, is a replica, or can be read only.
    pub async fn probe(&self) -> Result<(), Unavailable> {
        Ok(self.service.store.probe().await?)
    }
}

/// What the host says of its key ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RingOf {
    /// It belongs to the store.
    ThisStore,
    /// It takes the place of one that is lost.
    AnotherStore,
}

/// Compares the ring with the store's check values, notes those of new keys, and tells of records that no key verifies.
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
        // Nobody's rights are asked and no field is read.
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

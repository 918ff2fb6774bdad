//! Checks before the first request: whether the key ring belongs to the store, and whether the store serves.

use crate::builder::{BuildError, Builder};
use crate::counterfoil::Counterfoil;
use crate::event::{Actor, By, EventKind};
use crate::service::Service;
use crate::service::error::{ManageError, Unavailable};
use crate::types::ids::KeyId;
use crate::types::time::Timestamp;

/// Why a service did not start: see [`Builder::start`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A part is missing or outside its limits.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The key ring is not the store's, or a store failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl Builder {
    /// Builds the handle and checks the store before the first request: [`Builder::build`] and [`Counterfoil::start`]
    /// in one call.
    ///
    /// # Errors
    ///
    /// [`StartError::Build`] as `build`. [`StartError::Unavailable`] as `start`: with a key ring that is not the
    /// store's, its text says to put the right key file back.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has stored the check values of the key ring or has not. The next start completes it.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use counterfoil::memory::{MemoryDirectory, MemoryStore};
    /// use counterfoil::operations::StartError;
    /// use counterfoil::{Counterfoil, Unavailable};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> { futures_executor::block_on(async {
    /// # let folder = std::env::temp_dir().join(format!("counterfoil-doc-start-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let file = |name: &str| folder.join(name);
    /// let store = Arc::new(MemoryStore::default());
    /// let with = || Counterfoil::builder().store(Arc::clone(&store)).directory(MemoryDirectory::default());
    /// with().key_ring_file(file("keys"))?.start().await?;
    /// with().key_ring_file(file("keys"))?.start().await?;
    ///
    /// let foreign = with().key_ring_file(file("other"))?.start().await.expect_err("not the store's key ring");
    /// assert!(matches!(foreign, StartError::Unavailable(Unavailable::ForeignKeyRing { .. })));
    /// assert!(foreign.to_string().ends_with("put back the key file that belongs to the store"));
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok(()) }) }
    /// ```
    pub async fn start(self) -> Result<Counterfoil, StartError> {
        let counterfoil = self.build()?;
        counterfoil.start().await?;
        Ok(counterfoil)
    }
}

impl Counterfoil {
    /// Checks the store before the first request: whether the key ring is the one that the store was filled with, and
    /// whether it verifies the stored records. Records under a missing key are reported as
    /// [`EventKind::KeyMissing`](crate::event::EventKind::KeyMissing).
    ///
    /// The first call stores a check value of each key beside the settings; no key can be derived from it. From then
    /// on this call refuses another ring, and a handle with another ring creates nothing. So a lost key file stops
    /// the start instead of invalidating every token.
    ///
    /// Call it once, after [`Builder::build`], or call [`Builder::start`], which does both. It counts all records: with a large store this
    /// takes seconds.
    ///
    /// # Errors
    ///
    /// [`Unavailable::ForeignKeyRing`] if a key of the ring has the number of a key of the store but differs from it;
    /// or a store failed.
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

    /// The same, if the store's key ring is lost for good and this one replaces it. Every credential and client
    /// secret digested under the lost ring is refused from now on: people must sign in again, and clients need new
    /// secrets.
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
        // No permission is checked and no field is read here.
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

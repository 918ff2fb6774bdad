//! Prepares a service for its first request. Checks that the key ring belongs to the store, and on request whether the
//! store accepts writes.

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
    /// The handle could not be built: a part is missing, or a value is outside its limits.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The key ring does not belong to the store, or a store failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl Builder {
    /// Builds the handle and checks the store before the first request. This does the same as [`Builder::build`] and
    /// [`Counterfoil::start`].
    ///
    /// # Errors
    ///
    /// [`StartError::Build`] if [`Builder::build`] fails. [`StartError::Unavailable`] if [`Counterfoil::start`] fails.
    /// If the key ring does not belong to the store, the message says to put the right key file back.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, it is unknown whether the check values of the key ring are stored. The next start
    /// stores them if they are missing.
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
    /// assert!(foreign.to_string().contains("put back the key file that belongs to the store"));
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
    /// Checks before the first request that the key ring belongs to the store and can verify all stored records. If a
    /// key of stored records is missing, the event [`EventKind::KeyMissing`](crate::event::EventKind::KeyMissing)
    /// reports the number of records.
    ///
    /// The first call stores a check value of each key together with the settings. No key can be derived from a check
    /// value. After that, this method refuses a different ring, and a handle with a different ring creates no
    /// credentials. So if the key file is lost and another one is used, this method fails. Without the check, the
    /// service would start and refuse every token.
    ///
    /// Call this method once, after [`Builder::build`]. [`Builder::start`] does both. This method counts all records,
    /// which takes seconds in a large store.
    ///
    /// # Errors
    ///
    /// [`Unavailable::ForeignKeyRing`] if the check value of a key in the ring differs from the stored check value of
    /// this key. The error is the same if the store contains only check values of keys that are missing from the ring.
    /// Any other [`Unavailable`] if a store failed.
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

    /// Accepts a new key ring in place of a lost one. It does the same as [`Counterfoil::start`], but replaces the
    /// stored check values. Afterwards, every credential and client secret whose digest needs the lost ring is refused.
    /// People must sign in again, and clients need new secrets.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if a store failed.
    pub async fn start_with_new_key_ring(&self) -> Result<(), Unavailable> {
        start(&self.service, RingOf::AnotherStore, self.now()).await
    }

    /// Checks whether the store accepts writes, with a write that has no visible effect. Use it for a readiness check,
    /// at most once every few seconds.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store is unreachable, is read-only, or is a replica.
    pub async fn probe(&self) -> Result<(), Unavailable> {
        Ok(self.service.store.probe().await?)
    }
}

/// The relation of the key ring to the store, as the caller states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RingOf {
    /// The ring must match the check values in the store.
    ThisStore,
    /// The ring replaces a lost one, so the check values in the store are replaced.
    AnotherStore,
}

/// Compares the ring with the check values in the store, or removes these values if the ring replaces a lost one. Then
/// stores the check values of the ring's keys, and reports records that no key of the ring verifies.
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
        // Other errors cannot occur, because this call checks no permission and no field.
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

//! Layer 9: the handle that the host uses. It reads the clock once per call, and contains no logic.

use std::fmt;
use std::sync::Arc;

use crate::clock::Clock;
use crate::service::Service;
use crate::service::authority::{Permission, Permit};
use crate::service::error::ManageError;
use crate::service::presenter::Presenter;
use crate::types::ids::RecordId;
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

/// A handle to the credentials of one realm, with all operations on these credentials. A handle is cheap to clone, and
/// all clones share their state.
///
/// [`Counterfoil::builder`] creates a handle.
#[derive(Clone)]
pub struct Counterfoil {
    pub(crate) service: Arc<Service>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Counterfoil {
    /// The current instant of the injected clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The realm of these credentials.
    #[must_use]
    pub fn realm(&self) -> &Realm {
        &self.service.realm
    }

    /// A handle to the same credentials, with a clock that is stopped at `now`. Use it if the host's own scheduler
    /// supplies the time.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// use std::time::Duration;
    ///
    /// use counterfoil::memory::{MemoryDirectory, MemoryStore};
    /// use counterfoil::{Counterfoil, KeyRing};
    ///
    /// let people = Arc::new(MemoryDirectory::default());
    /// let counterfoil = Counterfoil::builder()
    ///     .store(MemoryStore::default())
    ///     .directory(people)
    ///     .key_ring(KeyRing::generate_from_system()?)
    ///     .build()?;
    /// let tomorrow = counterfoil.now().plus_capped(Duration::from_secs(86_400));
    /// assert_eq!(counterfoil.at(tomorrow).now(), tomorrow);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Self {
        Self { service: Arc::clone(&self.service), clock: Arc::new(Stopped(now)) }
    }
}

impl Counterfoil {
    /// Checks whether a presenter may do the operation `O` now. Every operation with a presenter needs the returned
    /// permit.
    pub(crate) async fn permit<'a, O: Permission>(&'a self, by: &'a Presenter) -> Result<Permit<'a, O>, ManageError> {
        self.service.permit(by, self.now()).await
    }

    /// Checks whether a presenter may do the operation `O` on one credential now. See [`Counterfoil::permit`].
    pub(crate) async fn permit_on<'a, O: Permission>(
        &'a self,
        by: &'a Presenter,
        credential: Option<&RecordId>,
    ) -> Result<Permit<'a, O>, ManageError> {
        self.service.permit_on(by, credential, self.now()).await
    }
}

struct Stopped(Timestamp);

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        self.0
    }
}

impl fmt::Debug for Counterfoil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counterfoil").field("realm", &self.service.realm).finish_non_exhaustive()
    }
}

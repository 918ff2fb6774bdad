//! Layer 9: the embedder's handle: asks the clock once per call, and holds no logic.

pub(crate) mod builder;
mod clients;
mod credentials;
pub(crate) mod from_source;
mod list;
pub(crate) mod may;
mod oauth;
pub(crate) mod once;
mod renew;
mod run_upkeep;
mod see;
mod sessions;
mod settings;
mod upkeep;
mod users;

use std::fmt;
use std::sync::Arc;

use crate::desk::Desk;
use crate::desk::authority::{Operation, Permit};
use crate::desk::error::ManageError;
use crate::desk::presenter::Presenter;
use crate::instruments::clock::Clock;
use crate::words::ids::RecordId;
use crate::words::realm::Realm;
use crate::words::time::Ts;

/// The credentials of one realm: everything that a host does with them. Cheap to clone; clones are the same.
///
/// Made by [`Counterfoil::builder`].
#[derive(Clone)]
pub struct Counterfoil {
    pub(crate) desk: Arc<Desk>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Counterfoil {
    /// What time it is, by the clock that decides.
    #[must_use]
    pub fn now(&self) -> Ts {
        self.clock.now()
    }

    /// The realm whose credentials these are.
    #[must_use]
    pub fn realm(&self) -> &Realm {
        &self.desk.realm
    }

    /// The same credentials as they are at that instant, by a clock that stands still: for a host whose own scheduler says what time it is.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// use counterfoil::memory::{MemoryDirectory, MemoryStore};
    /// use counterfoil::{Counterfoil, KeyRing, Span};
    ///
    /// let people = Arc::new(MemoryDirectory::default());
    /// let counterfoil = Counterfoil::builder()
    ///     .store(MemoryStore::default())
    ///     .directory(people)
    ///     .key_ring(KeyRing::generate_from_system()?)
    ///     .build()?;
    /// let tomorrow = counterfoil.now().plus_capped(Span::days(1));
    /// assert_eq!(counterfoil.at(tomorrow).now(), tomorrow);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn at(&self, now: Ts) -> Self {
        Self { desk: Arc::clone(&self.desk), clock: Arc::new(Stopped(now)) }
    }
}

impl Counterfoil {
    /// Decides whether a presenter may do `O` now: the only way to an operation.
    async fn permit<'a, O: Operation>(&'a self, by: &'a Presenter) -> Result<Permit<'a, O>, ManageError> {
        self.desk.permit(by, self.now()).await
    }

    /// The same of an operation on one credential.
    async fn permit_on<'a, O: Operation>(
        &'a self,
        by: &'a Presenter,
        credential: Option<&RecordId>,
    ) -> Result<Permit<'a, O>, ManageError> {
        self.desk.permit_on(by, credential, self.now()).await
    }
}

struct Stopped(Ts);

impl Clock for Stopped {
    fn now(&self) -> Ts {
        self.0
    }
}

impl fmt::Debug for Counterfoil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counterfoil").field("realm", &self.desk.realm).finish_non_exhaustive()
    }
}

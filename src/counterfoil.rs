//! The handle [`Counterfoil`], through which the host calls all operations.

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

    /// The instant from which on no node accepts a credential that was revoked or narrowed before this call: now, plus
    /// [`Policy::verification_staleness`](crate::policy::Policy::verification_staleness). Call it after the operation
    /// has returned. Without a cache it is now.
    ///
    /// Nodes keep the bound by the time that has passed, so their clocks need not agree: the instant is one of this
    /// process. A process without a cache measures nothing: if it is suspended after the store has answered, and before
    /// the call ends, it accepts by that answer. The same is true of sessions and introspection on every node.
    ///
    /// What an operation changes in settings or clients also needs
    /// [`Policy::settings_staleness`](crate::policy::Policy::settings_staleness).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use counterfoil::memory::{MemoryDirectory, MemoryStore};
    /// use counterfoil::policy::Policy;
    /// use counterfoil::{Counterfoil, Timestamp};
    ///
    /// let mut policy = Policy::open();
    /// policy.verification_staleness = Duration::from_secs(2);
    /// let builder = Counterfoil::builder().policy(policy).store(MemoryStore::default());
    /// let counterfoil = builder.directory(MemoryDirectory::default()).build()?;
    ///
    /// let revoked_at = Timestamp::EPOCH.plus_capped(Duration::from_secs(10));
    /// let effective_by = counterfoil.at(revoked_at).effective_by();
    /// assert_eq!(effective_by, Timestamp::EPOCH.plus_capped(Duration::from_secs(12)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn effective_by(&self) -> Timestamp {
        self.now().plus_capped(self.service.policy.verification_staleness)
    }

    /// The realm to which the credentials of this handle belong.
    #[must_use]
    pub fn realm(&self) -> &Realm {
        &self.service.realm
    }

    /// Whether the host has set a part of the directory that tests passwords
    /// ([`Builder::logins`](crate::Builder::logins)). If not, every method that tests a password returns
    /// [`Unavailable::NotGiven`](crate::Unavailable::NotGiven), and the token endpoint does not support the password
    /// grant.
    #[must_use]
    pub fn has_logins(&self) -> bool {
        self.service.logins.is_some()
    }

    /// Whether the host has set a part of the directory that searches for people
    /// ([`Builder::search`](crate::Builder::search)). If not, [`Counterfoil::list_users`] returns
    /// [`Unavailable::NotGiven`](crate::Unavailable::NotGiven).
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use counterfoil::memory::{MemoryDirectory, MemoryStore};
    /// use counterfoil::{Counterfoil, KeyRing};
    ///
    /// let people = Arc::new(MemoryDirectory::default());
    /// let key_ring = KeyRing::generate_from_system()?;
    /// let builder = Counterfoil::builder().store(MemoryStore::default()).key_ring(key_ring);
    /// let counterfoil = builder.accounts(people.clone()).logins(people).build()?;
    /// assert_eq!((counterfoil.has_logins(), counterfoil.has_search()), (true, false));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn has_search(&self) -> bool {
        self.service.search.is_some()
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
    /// Checks whether the caller `by` is now allowed to do the operation `O`. Returns the permit that the operation
    /// needs, or the reason of the refusal.
    pub(crate) async fn permit<'a, O: Permission>(&'a self, by: &'a Presenter) -> Result<Permit<'a, O>, ManageError> {
        self.service.permit(by, self.now()).await
    }

    /// The same as [`Counterfoil::permit`], for an operation on one credential. `credential` is `None` if the request
    /// names no credential.
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

//! Copies a whole store to another store.

use std::collections::BTreeSet;
use std::fmt;

use counterfoil::Realm;

use crate::error::{CopyError, Side};
use crate::report::{Found, Report};
use crate::side::Stores;
use crate::verify::verify;
use crate::{aliases, clients, families, settings};

/// The maximum number of times that one document is written to raise its version to the source's version.
pub(crate) const RAISED: u32 = 10_000;

/// A configured copy of one store to another. [`run`](Self::run) carries it out.
///
/// ```
/// use std::sync::Arc;
///
/// use counterfoil::memory::MemoryStore;
/// use counterfoil_copy::{Copy, Stores};
///
/// # futures_executor::block_on(async {
/// let (source, target) = (Arc::new(MemoryStore::default()), Arc::new(MemoryStore::default()));
/// let copy = Copy::new(Stores::of(source), Stores::of(target));
/// assert_eq!(copy.run().await?.families, 0);
/// # Ok::<_, counterfoil_copy::CopyError>(())
/// # }).unwrap();
/// ```
pub struct Copy {
    pub(crate) source: Stores,
    pub(crate) target: Stores,
    pub(crate) realms: BTreeSet<Realm>,
    pub(crate) progress: Box<dyn Fn(u64) + Send + Sync>,
}

impl Copy {
    /// Configures a copy from `source` to `target`, and copies nothing yet. The copy includes the default realm and
    /// every realm that has a credential.
    #[must_use]
    pub fn new(source: Stores, target: Stores) -> Self {
        Self { source, target, realms: BTreeSet::from([Realm::default()]), progress: Box::new(|_| {}) }
    }

    /// Adds a realm whose clients and settings are copied. This is needed only for a realm without credentials. A store
    /// cannot list its realms, so the copy finds only realms with credentials.
    #[must_use]
    pub fn with_realm(mut self, realm: Realm) -> Self {
        self.realms.insert(realm);
        self
    }

    /// Sets a function that is called repeatedly during the copy. Its argument is the number of families that are done.
    #[must_use]
    pub fn with_progress(mut self, progress: impl Fn(u64) + Send + Sync + 'static) -> Self {
        self.progress = Box::new(progress);
        self
    }

    /// Returns what [`run`](Self::run) would copy. Reads the whole source and checks the target. Writes nothing.
    ///
    /// # Errors
    ///
    /// Every error that `run` returns before its first write.
    pub async fn plan(&self) -> Result<Report, CopyError> {
        let found = self.checked().await?;
        self.has_not_served().await?;
        Ok(found.report)
    }

    /// Copies everything, and compares both stores at the end. It first reads the whole source and checks both stores.
    /// If a check fails, it writes nothing. It then writes the settings and the registrations of each realm. Once a
    /// realm's settings are written, the target refuses a service with another key ring for this realm. After that, it
    /// writes the families, the aliases and the instant of the last upkeep. Each family is written atomically.
    ///
    /// Do not use either store during the copy. If a store changes during the copy, the comparison at the end or the
    /// next run fails. The exception is a change to data that was already compared. Nothing detects such a change: a
    /// credential that is revoked in the source after the comparison of its family stays valid in the target.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped or the process is killed, the target contains only whole families. The next run
    /// continues the copy.
    ///
    /// # Errors
    ///
    /// [`CopyError`]. The data that was written remains. The next run continues the copy, unless the error says to
    /// start again with an empty target.
    pub async fn run(&self) -> Result<Report, CopyError> {
        let Found { mut report, clients: removed } = self.checked().await?;
        self.has_not_served().await?;
        for realm in &report.realms {
            report.versions_behind += u64::from(settings::copy(self, realm).await?);
            report.versions_behind += clients::copy(self, realm).await?;
        }
        for (realm, keys) in &removed {
            for key in keys {
                clients::retire(self, realm, *key).await?;
            }
        }
        report.already_there = families::copy(self).await?;
        aliases::copy(self).await?;
        settings::copy_upkeep(self).await?;
        verify(self, &report.realms).await?;
        Ok(report)
    }

    /// Compares both stores and writes nothing. [`run`](Self::run) makes this comparison at its end.
    ///
    /// # Errors
    ///
    /// [`CopyError`] for the first difference, or if a store failed.
    pub async fn verify(&self) -> Result<Report, CopyError> {
        let report = self.checked().await?.report;
        verify(self, &report.realms).await?;
        Ok(Report { already_there: report.families, ..report })
    }

    pub(crate) fn of(&self, side: Side) -> &Stores {
        match side {
            Side::Source => &self.source,
            Side::Target => &self.target,
        }
    }
}

impl fmt::Debug for Copy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Copy").field("realms", &self.realms).finish_non_exhaustive()
    }
}

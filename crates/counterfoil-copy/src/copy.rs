//! The copy as a whole.

use std::collections::BTreeSet;
use std::fmt;

use counterfoil::Realm;

use crate::error::{CopyError, Side};
use crate::report::{Found, Report};
use crate::side::Stores;
use crate::verify::verify;
use crate::{clients, families, settings};

/// How often a document is written again so that its version becomes the source's.
pub(crate) const RAISED: u32 = 10_000;

/// A copy from one store to another.
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
    /// Copies from the first store to the second. The default realm and every realm with a credential are copied.
    #[must_use]
    pub fn new(source: Stores, target: Stores) -> Self {
        Self { source, target, realms: BTreeSet::from([Realm::default()]), progress: Box::new(|_| {}) }
    }

    /// Copies clients and settings of this realm too. Needed for a realm without any credential: a store lists no
    /// realms.
    #[must_use]
    pub fn with_realm(mut self, realm: Realm) -> Self {
        self.realms.insert(realm);
        self
    }

    /// Calls `progress` with the number of families that are done, after every few of them.
    #[must_use]
    pub fn with_progress(mut self, progress: impl Fn(u64) + Send + Sync + 'static) -> Self {
        self.progress = Box::new(progress);
        self
    }

    /// Reads all of the source and checks the target, and writes nothing: what [`run`](Self::run) would copy.
    ///
    /// # Errors
    ///
    /// Whatever `run` would refuse before its first write.
    pub async fn plan(&self) -> Result<Report, CopyError> {
        let found = self.checked().await?;
        self.has_not_served().await?;
        Ok(found.report)
    }

    /// Copies everything and compares both stores at the end. The first walk through the source counts and checks, and
    /// nothing is written if it finds something to refuse. Settings come first, since they bind the target to the key
    /// ring; then registrations; then families, each in one step.
    ///
    /// Neither store may be in use meanwhile. A change of the source that is made all the same, before its part is
    /// compared at the end, makes the comparison fail. A later one is not found: a credential that is revoked in the
    /// source after the comparison of its family is valid in the target.
    ///
    /// # Cancel safety
    ///
    /// A dropped future, and a process that is killed, leave whole families. The next run continues.
    ///
    /// # Errors
    ///
    /// [`CopyError`]. What was written stays, and the next run continues, unless the error says to begin anew.
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
        settings::copy_upkeep(self).await?;
        verify(self, &report.realms).await?;
        Ok(report)
    }

    /// Compares both stores and writes nothing. `run` does this at its end.
    ///
    /// # Errors
    ///
    /// The first difference, or a store failed.
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

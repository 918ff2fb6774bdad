//! The cache for verifications.

use std::sync::Arc;

use super::{BuildError, Builder};
use crate::policy::Policy;
use crate::store::verification_reads::VerificationReads;

impl Builder {
    /// Sets a cache that answers verifications from memory. The crate `counterfoil-cache` has one.
    /// [`Policy::verification_staleness`] must be at least the `max_staleness` of the cache. Set this value of the
    /// policy in every process of the service, also in those without a cache, because
    /// [`effective_by`](crate::Counterfoil::effective_by) tells it.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use counterfoil::memory::{MemoryDirectory, MemoryStore};
    /// use counterfoil::policy::Policy;
    /// use counterfoil::store::{Look, Ticket, TokenRecord, VerificationReads};
    /// use counterfoil::types::RecordId;
    /// use counterfoil::{BuildError, Counterfoil};
    ///
    /// /// A cache that keeps nothing.
    /// struct Empty;
    ///
    /// impl VerificationReads for Empty {
    ///     fn max_staleness(&self) -> Duration {
    ///         Duration::from_secs(1)
    ///     }
    ///     fn try_read(&self, _: &RecordId, _: &mut Look<'_>) -> Option<Ticket> {
    ///         None
    ///     }
    ///     fn holds(&self, _: Ticket) -> bool {
    ///         false
    ///     }
    ///     fn start(&self) -> Ticket {
    ///         Ticket::from_numbers([0; 3])
    ///     }
    ///     fn is_in_time(&self, _: Ticket) -> bool {
    ///         false
    ///     }
    ///     fn begin(&self) -> Option<Ticket> {
    ///         None
    ///     }
    ///     fn keep(&self, _: Ticket, _: TokenRecord) {}
    /// }
    ///
    /// let build = |policy| {
    ///     let builder = Counterfoil::builder().policy(policy).store(MemoryStore::default());
    ///     builder.directory(MemoryDirectory::default()).verification_reads(Empty).build()
    /// };
    /// let mut policy = Policy::open();
    /// assert_eq!(build(policy.clone()).err(), Some(BuildError::VerificationTooStale));
    /// policy.verification_staleness = Duration::from_secs(1);
    /// assert!(build(policy).is_ok());
    /// ```
    pub fn verification_reads(mut self, reads: impl VerificationReads) -> Self {
        self.reads = Some(Arc::new(reads));
        self
    }

    /// Checks that the policy allows the bound of the cache.
    pub(super) fn check_reads(&self) -> Result<(), BuildError> {
        let Policy { verification_staleness, .. } = self.policy;
        match &self.reads {
            Some(reads) if reads.max_staleness() > verification_staleness => Err(BuildError::VerificationTooStale),
            _ => Ok(()),
        }
    }
}

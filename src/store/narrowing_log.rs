//! The log of narrowing steps, from which a cache of records learns what it must read again.

use std::fmt;
use std::num::NonZeroU32;

use async_trait::async_trait;

use crate::store::error::StoreError;
use crate::types::ids::{FamilyId, OwnerId};
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

/// A position between two steps of a log. The store decides about the bytes, and only the store reads them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LogPosition(Box<[u8]>);

impl LogPosition {
    /// The position with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes of the position.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The identity of a log. Positions of two logs with different epochs cannot be compared.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LogEpoch([u8; 16]);

impl LogEpoch {
    /// The epoch with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for LogEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogEpoch(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// What one step of the log may have narrowed. Everything in memory that it names must be read again before it is
/// accepted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Narrowed {
    /// A family and all its records.
    Family(FamilyId),
    /// The account of an owner, and everything that the owner has in a realm.
    Owner {
        /// The realm.
        realm: Realm,
        /// The owner.
        owner: OwnerId,
    },
    /// Everything, in all realms.
    All,
}

/// A page of the log.
///
/// A reader has lost steps, and must forget everything that it remembers, if `lost` is true, or if `epoch` is not the
/// epoch of the page before. It continues from `next` in all cases.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Narrowings {
    /// The identity of the log. It changes when the log no longer continues the old one, for example after a restore of
    /// the backend.
    pub epoch: LogEpoch,
    /// The steps after the requested position. A step can occur twice.
    pub steps: Vec<Narrowed>,
    /// The position after the last step of this page. The next page begins here. If `more` is false, it is the end of
    /// the log.
    pub next: LogPosition,
    /// Whether more steps follow now. A page can be short or empty although more steps follow.
    pub more: bool,
    /// Whether steps after the requested position are missing, or may be missing: some of them were trimmed, the
    /// position is after the end of the log, or its bytes are not of this log.
    pub lost: bool,
}

impl Narrowings {
    /// A page without steps, which is the last one, and from which no step is missing.
    #[must_use]
    pub const fn new(epoch: LogEpoch, next: LogPosition) -> Self {
        Self { epoch, steps: Vec::new(), next, more: false, lost: false }
    }

    /// Sets the steps of the page, and whether more steps follow.
    #[must_use]
    pub fn with_steps(self, steps: Vec<Narrowed>, more: bool) -> Self {
        Self { steps, more, ..self }
    }

    /// Sets whether steps are missing.
    #[must_use]
    pub fn with_lost(self, lost: bool) -> Self {
        Self { lost, ..self }
    }
}

/// A log of the steps by which a store narrows what its records may do. The crate `counterfoil-cache` reads it: a
/// node that verifies from memory learns from the log what it must read again. Only a host that uses such a cache needs
/// this trait.
///
/// The log is a part of the store. A step is written by the same atomic step as the change that it names, never before
/// or after it. Because this costs each such change a write, a store may log only if the host has switched its log on.
/// A store whose log is off gives [`StoreError::Unsupported`] for every method of this trait.
///
/// These calls of [`TokenStore`](crate::store::TokenStore) write a step [`Narrowed::Family`] for each family that they
/// change:
///
/// - `apply` with the result `Done`, whatever the change is.
/// - `rotate` with the result `Done`, also a slide.
/// - `revoke`, for each family that it revokes, and for the family of the record that it revokes. A call that revokes
///   families of an owner may write one step [`Narrowed::Owner`] instead.
/// - `insert`, for each family that it revokes to make room, and for a family that loses its label. The new records,
///   and the family that they join, need no step.
///
/// `touch`, `claim`, `settle`, `purge` and [`Transfer::restore`](crate::store::Transfer::restore) need no step. A step
/// that is not needed is allowed.
///
/// # Contract
///
/// 72. `narrowings_are_logged`: after a call that must write a step has returned, every read of the log from a position
///     that was taken before the call began returns the step, also through another handle. This is true for each kind
///     of change above and for `narrow`. Conversely, after a read of the log has returned a step, every later
///     [`get`](crate::store::TokenStore::get) through any handle sees the change that the step names. So neither of the
///     two uses a replica or a cache.
/// 73. `log_order_is_commit_order`: a reader that continues from `next` misses no step, whatever writers run
///     concurrently. If a step becomes visible after a read of the log has returned, it lies after the `next` of that
///     read. So a position cannot be taken from a sequence before the change is committed: a transaction that takes
///     its number first and commits last would be missed.
/// 74. `lost_steps_show`: `trim_narrowings` removes steps from the beginning of the log, at most `limit` of them, and
///     none whose `now` is `before` or later. After a step was removed, a read from any position from which it would
///     have returned the step has `lost: true`. So has a read from a position after the end of the log, and from bytes
///     that are no position of the log. If the log no longer continues the log that a reader has read, the epoch is
///     different. This is the case after a restore of a backup, and if the log was switched off meanwhile.
/// 75. `narrowing_is_one_step`: if a call is cut off or fails, either both the change and its step exist afterwards, or
///     neither. A refused call writes no step.
///
/// Clause 1 of [`TokenStore`](crate::store::TokenStore) applies to all methods but the creation of the epoch. Clauses
/// 25 and 27 apply to all methods.
///
/// # Errors
///
/// Every method returns [`StoreError`] only if it cannot answer.
#[async_trait]
pub trait NarrowingLog: Send + Sync + 'static {
    /// Returns at most `limit` steps after the position `after`. If `after` is `None`, returns no steps, and the end of
    /// the log as `next`.
    ///
    /// ```
    /// use std::num::NonZeroU32;
    ///
    /// use counterfoil::memory::MemoryStore;
    /// use counterfoil::store::{Narrowed, NarrowingLog};
    /// use counterfoil::Timestamp;
    ///
    /// # futures_executor::block_on(async {
    /// let store = MemoryStore::default();
    /// let before = store.narrowings(None, NonZeroU32::MIN).await?;
    /// store.narrow(&Narrowed::All, Timestamp::EPOCH).await?;
    ///
    /// let page = store.narrowings(Some(&before.next), NonZeroU32::MIN).await?;
    /// assert_eq!((before.steps, page.steps, page.more), (vec![], vec![Narrowed::All], false));
    /// assert!(page.next != before.next && page.epoch == before.epoch && !page.lost);
    /// # Ok::<(), counterfoil::store::StoreError>(())
    /// # }).expect("in memory");
    /// ```
    async fn narrowings(&self, after: Option<&LogPosition>, limit: NonZeroU32) -> Result<Narrowings, StoreError>;

    /// Writes a step of the host. A host calls it after it has changed an account in its directory. `now` is the
    /// instant of the step, for [`trim_narrowings`](Self::trim_narrowings).
    async fn narrow(&self, what: &Narrowed, now: Timestamp) -> Result<(), StoreError>;

    /// Removes at most `limit` of the oldest steps, up to the first one whose instant is `before` or later. Returns how
    /// many steps it removed. A reader that has not read the removed steps must forget everything (clause 74).
    async fn trim_narrowings(&self, before: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_shows_its_bytes() {
        assert_eq!(format!("{:?}", LogEpoch::from_bytes([0xAB; 16])), format!("LogEpoch({})", "ab".repeat(16)));
    }
}

//! Failure counters. An attempt is reserved before a secret is tested.

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;

use crate::store::error::StoreError;
use crate::types::time::Timestamp;

/// The longest time that a reservation is under way. An attempt not settled by then counts as failed.
pub const UNSETTLED: Duration = Duration::from_secs(60);

/// The key of a counter: a digest of realm, purpose, account or client, and source. A store sees 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThrottleKey([u8; 32]);

impl ThrottleKey {
    /// The key of those bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The result of a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Reserved {
    /// The attempt is under way and identified by this instant. Settle it once, with `failed` or `release`.
    Granted(Timestamp),
    /// Failures alone reach the limit; nothing was recorded. The window ends at this instant.
    Wait(Timestamp),
    /// Failures and attempts under way together reach the limit; nothing was recorded. An attempt may be granted as
    /// soon as one is settled.
    UnderWay,
}

/// Stores counters of failures in a window and of attempts under way.
///
/// A reservation is identified by the instant at which it was granted. Several with the same instant are
/// interchangeable: each settlement removes one of them. [`Counter`](crate::store::Counter) is one counter as a
/// value, with the three steps below, for stores that read, decide and write.
///
/// # Contract
///
/// Every method is one atomic step.
///
/// 31. `reserve_never_passes_the_limit`: an attempt is granted if failures and attempts under way together are fewer
///     than `limit`. Of any number of simultaneous attempts, through any number of handles, exactly `limit` are under
///     way. No count is below zero.
/// 32. `under_way_is_told_from_failed`: only `failed` counts a failure, and `release` counts none. A window begins
///     with its first failure and ends `window` later; then failures count from zero. If failures alone reach
///     `limit`, the answer is `Wait` until the window's end, otherwise `UnderWay`. A settlement that matches no
///     attempt under way changes nothing.
/// 33. `unsettled_counts_as_failed`: an attempt whose instant is [`UNSETTLED`] or more away from `now` counts as
///     failed: 60 s after its instant, or now if its instant lies ahead (the clock was set back). Settling it
///     afterwards changes nothing.
/// 34. `refused_writes_nothing`: `Wait` and `UnderWay` leave everything unchanged. A released attempt of a counter
///     without failures leaves nothing behind. `purge_counters` removes counters that have no effect any more: no
///     failure in a window, and no attempt that is under way or would still count as failed.
/// 35. `no_wait_beyond_the_window`: `Wait` never names an instant after `now + window`, and neither do several in
///     sequence. A window that ends later (the clock was set back, or the policy changed) ends at `now + window` from
///     then on. A refused attempt writes this change only.
///
/// `window` may be of any length: an instant beyond [`Timestamp::MAX`] is that. The library's windows are of 1 second to
/// 1 day. [`whole_micros`](crate::types::whole_micros) is the number that a backend computes with.
///
/// Clauses 51 to 53 of [`ClientStore`](crate::store::ClientStore) apply here too: a throttle that cannot reach its
/// backend, or whose counter does not decode, grants nothing.
///
/// # Errors
///
/// Every method returns [`StoreError`] only if it cannot answer.
#[async_trait]
pub trait Throttle: Send + Sync + 'static {
    /// Records one attempt as under way, or returns why it is refused.
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Timestamp,
        window: Duration,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError>;

    /// The secret was wrong: the attempt with the instant `reserved_at` becomes a failure.
    async fn failed(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError>;

    /// The secret was right, or no secret was tested: the attempt with the instant `reserved_at` is removed without a
    /// trace.
    async fn release(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError>;

    /// Removes at most `limit` counters that have no effect any more. Returns how many were removed.
    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError>;
}

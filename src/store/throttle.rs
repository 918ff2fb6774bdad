//! Counters of failures. An attempt is reserved before its secret is tested.

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;

use crate::store::error::StoreError;
use crate::types::time::Timestamp;

/// The longest time that an attempt is under way. An attempt that is not settled by then counts as failed.
pub const UNSETTLED: Duration = Duration::from_secs(60);

/// The key of a counter: a digest of realm, purpose, account or client, and source. A store sees only its 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThrottleKey([u8; 32]);

impl ThrottleKey {
    /// The key with these bytes.
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
    /// The attempt is under way. This instant identifies it. Settle the attempt once, with `failed` or `release`.
    Granted(Timestamp),
    /// The failures alone reach the limit. Nothing was recorded. The window ends at this instant.
    Wait(Timestamp),
    /// Failures and attempts under way together reach the limit. Nothing was recorded. A new attempt may be granted as
    /// soon as one of the attempts is settled.
    UnderWay,
}

/// Stores counters. Each counter has the failures in a window and the attempts under way.
///
/// The instant at which an attempt was granted identifies it. Attempts with the same instant are interchangeable: each
/// settlement removes one of them. [`Counter`](crate::store::Counter) is one counter as a value, with the three steps
/// below. It is for stores that read, decide and write.
///
/// # Contract
///
/// Every method is one atomic step.
///
/// 31. `reserve_never_passes_the_limit`: an attempt is granted if failures and attempts under way together are fewer
///     than `limit`. If more than `limit` attempts are made at once, through any number of handles, exactly `limit` of
///     them are under way. No count is below zero.
/// 32. `under_way_is_told_from_failed`: `failed` counts a failure, and `release` does not. A window begins with its
///     first failure and ends `window` later. Then failures count from zero. If the failures alone reach `limit`, the
///     answer is `Wait` until the window's end. If failures and attempts under way together reach it, the answer is
///     `UnderWay`. A settlement that matches no attempt under way changes nothing.
/// 33. `unsettled_counts_as_failed`: an attempt whose instant is [`UNSETTLED`] or more away from `now` counts as
///     failed. It counts at 60 s after its instant, or at `now` if its instant lies ahead because the clock was set
///     back. A later settlement changes nothing.
/// 34. `refused_writes_nothing`: `Wait` and `UnderWay` leave everything unchanged. A released attempt of a counter
///     without failures leaves nothing behind. `purge_counters` removes counters without effect: no failure in a
///     window, and no attempt that is under way or would still count as failed.
/// 35. `no_wait_beyond_the_window`: `Wait` never names an instant after `now + window`, and repeated waits do not
///     exceed it either. A window that ends later than that (the clock was set back, or the policy changed) is
///     shortened to end at `now + window`. A refused attempt writes only this change.
///
/// `window` may have any length. An instant beyond [`Timestamp::MAX`] becomes [`Timestamp::MAX`]. The library passes
/// windows of 1 second to 1 day. A backend computes with the number from [`whole_micros`](crate::types::whole_micros).
///
/// Clauses 51 to 53 of [`ClientStore`](crate::store::ClientStore) apply here too. A throttle grants nothing if it
/// cannot reach its backend or a counter does not decode.
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

    /// The secret was wrong. The attempt that was reserved at `reserved_at` becomes a failure.
    async fn failed(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError>;

    /// The secret was correct, or no secret was tested. The attempt that was reserved at `reserved_at` is removed
    /// without a trace.
    async fn release(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError>;

    /// Removes at most `limit` counters that no longer have an effect. Returns how many were removed.
    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError>;
}

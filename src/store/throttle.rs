//! Counters of failures, reserved before a secret is tested.

use std::num::NonZeroU32;

use async_trait::async_trait;

use crate::store::error::StoreError;
use crate::types::time::{Span, Timestamp};

/// How long a reservation is under way at most. What is not settled by then counts as failed.
pub const UNSETTLED: Span = Span::seconds(60);

/// What is counted under: a digest of realm, purpose, account or client, and source. A store sees 32 bytes.
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

/// What became of a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Reserved {
    /// The attempt is under way, noted under that instant. Settle it once, with `failed` or `release`.
    Granted(Timestamp),
    /// Failures alone reach the limit; nothing was noted. The window ends then.
    Wait(Timestamp),
    /// Failures and attempts under way reach the limit together; nothing was noted. It may be granted as soon as one is settled.
    UnderWay,
}

/// Keeps counters: of failures in a window, and of attempts under way.
///
/// A reservation is known by the instant at which it was granted. Several of one instant are alike: each settlement takes one of them.
/// [`Counter`](crate::store::Counter) is one counter as a value, with the three steps below, for stores that read, decide and write.
///
/// # Contract
///
/// Every method is one atomic step.
///
/// 31. `reserve_never_passes_the_limit`: an attempt is granted where failures and attempts under way are fewer than `limit` together. Of any
///     number of attempts at once, through any number of handles, `limit` are under way, neither more nor fewer. No count is below zero.
/// 32. `under_way_is_told_from_failed`: only `failed` counts a failure, and `release` counts none. A window begins with the first failure in
///     it and ends `window` later; then failures count from zero. Where failures alone reach `limit` the answer is `Wait` until the window's
///     end, else `UnderWay`. What settles no attempt under way changes nothing.
/// 33. `unsettled_counts_as_failed`: an attempt whose instant is [`UNSETTLED`] or more away from `now` counts as failed: 60 s after its
///     instant, or now where that lies ahead (the clock was put back). Settling it then changes nothing.
/// 34. `refused_writes_nothing`: `Wait` and `UnderWay` leave everything as it was. A released attempt of a counter without failures leaves
///     nothing behind. `purge_counters` removes what has no meaning any more: no failure in a window, and no attempt that is under way or
///     would still count as failed.
/// 35. `no_wait_beyond_the_window`: `Wait` never names an instant after `now + window`, nor does any number of them one after the other. A
///     window that ends later (the clock was put back, or the policy changed) ends at `now + window` from then on; this move alone a refused
///     attempt writes.
///
/// Clauses 51 to 53 of [`ClientStore`](crate::store::ClientStore) hold here too: a throttle that cannot ask, or whose counter does not decode,
/// grants nothing.
///
/// # Errors
///
/// Every method returns [`StoreError`] where it cannot answer, and for nothing else.
#[async_trait]
pub trait Throttle: Send + Sync + 'static {
    /// Notes one attempt as under way, or says what stands in the way.
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Timestamp,
        window: Span,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError>;

    /// The secret was wrong: the attempt noted under `reserved_at` is a failure.
    async fn failed(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Span,
    ) -> Result<(), StoreError>;

    /// The secret was right, or nothing was tested: the attempt noted under `reserved_at` is as if it had never been.
    async fn release(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Span,
    ) -> Result<(), StoreError>;

    /// Removes counters that have no meaning any more, at most `limit`; how many went.
    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError>;
}

//! Counters of failed attempts with a secret. An attempt is reserved before its secret is tested.

use std::num::NonZeroU32;
use std::time::Duration;

use async_trait::async_trait;

use crate::store::error::StoreError;
use crate::types::time::Timestamp;

/// The key of a counter: a digest of the realm, the purpose of the counter, the account or client, and the source. A
/// store only gets the 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThrottleKey([u8; 32]);

impl ThrottleKey {
    /// Creates a key from its bytes, as [`ThrottleKey::as_bytes`] returns them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes under which a store keeps the counter.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The result of [`Throttle::reserve`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Reserved {
    /// The attempt is now in progress. This instant identifies the attempt. The caller must settle the attempt exactly
    /// once, with `failed` or `release`.
    Granted(Timestamp),
    /// The failures alone have reached the limit. Nothing was recorded. The window ends at this instant.
    Wait(Timestamp),
    /// The failures and the attempts in progress together have reached the limit. Nothing was recorded. A new attempt
    /// might be granted when one of the others is settled.
    UnderWay,
}

/// Stores counters of attempts with a secret. Each counter contains the number of failures in a window of time, and the
/// attempts in progress.
///
/// An attempt is identified by the instant at which it was granted. If several attempts have the same instant, each
/// settlement removes any one of them. [`Counter`](crate::store::Counter) implements `reserve`, `failed` and `release`
/// for one counter. A store that reads a counter, changes it, and writes it back can use that type.
///
/// # Contract
///
/// Every method is one atomic step.
///
/// 31. `reserve_never_passes_the_limit`: an attempt is granted if there are fewer than `limit` failures and attempts in
///     progress together. If more than `limit` attempts are made at the same time, through any number of handles,
///     exactly `limit` of them are granted. No count is ever negative.
/// 32. `under_way_is_told_from_failed`: `failed` counts a failure, and `release` does not. A window begins with its
///     first failure and lasts for the time `window`. Then failures are counted from zero again. If the failures alone
///     reach `limit`, the result is `Wait` with the end of the window. If failures and attempts in progress together
///     reach `limit`, the result is `UnderWay`. A settlement without a matching attempt in progress changes nothing.
/// 33. `unsettled_counts_as_failed`: an attempt that was granted at least [`UNSETTLED`] (60 s) before `now` becomes a
///     failure. The instant of this failure is the instant at which the 60 s ended. If the clock was set back, an
///     attempt can have an instant in the future. If this instant is at least [`UNSETTLED`] after `now`, the attempt
///     also becomes a failure, and the instant of this failure is `now`. If an attempt that became a failure is settled
///     later, nothing changes.
/// 34. `refused_writes_nothing`: `Wait` and `UnderWay` change nothing, except for clause 35. If a counter has no
///     failure and its only attempt is released, the store keeps nothing for it. `purge_counters` removes a counter
///     from the later of two instants: the end of its window, and 60 s plus `window` after its latest attempt in
///     progress was granted. The second instant is needed because an unsettled attempt becomes a failure after 60 s
///     (clause 33), and a failure can begin a window.
/// 35. `no_wait_beyond_the_window`: `Wait` never contains an instant after `now + window`, even after repeated waits.
///     If a window ends later than that, because the clock was set back or the policy changed, it is shortened to end
///     at `now + window`. A refused attempt writes the counter only if it shortens the window, or if an attempt in the
///     future becomes a failure (clause 33). `window` may have any length. An instant after [`Timestamp::MAX`] becomes
///     [`Timestamp::MAX`]. The library passes windows of 1 second to 1 day. A backend computes with the number that
///     [`whole_micros`](crate::types::whole_micros) returns.
///
/// Clauses 51 to 53 of [`ClientStore`](crate::store::ClientStore) also apply to this trait. A throttle grants no
/// attempt if it cannot reach its backend, or if a counter cannot be decoded.
///
/// # Errors
///
/// Every method returns [`StoreError`] only if it cannot answer.
///
/// [`UNSETTLED`]: crate::store::UNSETTLED
#[async_trait]
pub trait Throttle: Send + Sync + 'static {
    /// Adds one attempt in progress. If the limit is reached, adds none, and the result says why.
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Timestamp,
        window: Duration,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError>;

    /// Changes the attempt that was reserved at `reserved_at` into a failure, because the secret was wrong.
    async fn failed(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError>;

    /// Removes the attempt that was reserved at `reserved_at`, because the secret was correct or was not tested.
    async fn release(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError>;

    /// Removes at most `limit` counters that have no effect any more (clause 34). Returns how many were removed.
    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError>;
}

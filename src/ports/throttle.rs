//! Counters of failures, reserved before a secret is tested.

use std::num::NonZeroU32;

use async_trait::async_trait;

use crate::ports::store_error::StoreError;
use crate::words::time::{Span, Ts};

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
    /// Counted; give it back with `release` where the secret was right.
    Granted,
    /// The limit is reached; nothing was counted. The window ends then.
    Wait(Ts),
}

/// Keeps counters. A counter's window begins with the first reservation in it and ends `window` later; then it counts from zero.
///
/// # Contract
///
/// 31. `reserve_never_passes_the_limit`: of any number of reservations in one window `limit` are granted, neither more nor fewer.
///
/// # Errors
///
/// Every method returns [`StoreError`] where it cannot answer, and for nothing else.
#[async_trait]
pub trait Throttle: Send + Sync + 'static {
    /// Counts one attempt, or says until when to wait.
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Ts,
        window: Span,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError>;

    /// Gives one back; never below zero, never creates a counter.
    async fn release(&self, key: &ThrottleKey) -> Result<(), StoreError>;

    /// Removes counters whose window has ended, at most `limit`; how many went.
    async fn purge_counters(&self, now: Ts, limit: NonZeroU32) -> Result<u64, StoreError>;
}

//! The clock that the library uses for decisions.

use crate::types::time::Timestamp;

/// The source of the current time. Each node uses its own clock. The clocks can differ: the tokens of a sign-in are
/// ordered by their generation (the number of refreshes before them), not by time.
pub trait Clock: Send + Sync + 'static {
    /// The current instant.
    fn now(&self) -> Timestamp;
}

/// The system's clock.
///
/// A time outside the range of [`Timestamp`] is read as [`Timestamp::MAX`]. At that instant everything that can expire
/// has expired, and nothing can be issued. So a broken clock denies access.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .ok()
            .and_then(|since| u64::try_from(since.as_micros()).ok())
            .and_then(Timestamp::from_micros)
            .unwrap_or(Timestamp::MAX)
    }
}

/// A clock that tests set by hand.
///
/// ```
/// use std::time::Duration;
///
/// use counterfoil::clock::Clock;
/// use counterfoil::{Timestamp, testing::ManualClock};
///
/// let clock = ManualClock::at(Timestamp::EPOCH);
/// clock.advance(Duration::from_secs(7 * 86_400));
/// assert_eq!(clock.now().seconds(), 7 * 86_400);
/// ```
#[cfg(any(test, feature = "test-util"))]
#[derive(Debug)]
pub struct ManualClock(std::sync::atomic::AtomicU64);

#[cfg(any(test, feature = "test-util"))]
impl ManualClock {
    /// A clock stopped at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(std::sync::atomic::AtomicU64::new(now.micros()))
    }

    /// Moves the clock forward, at most to [`Timestamp::MAX`].
    pub fn advance(&self, duration: std::time::Duration) {
        self.set(self.now().plus_capped(duration));
    }

    /// Sets the clock to any instant, which may be earlier than the current instant.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.micros(), std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(any(test, feature = "test-util"))]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(std::sync::atomic::Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}

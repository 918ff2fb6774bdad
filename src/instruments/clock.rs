//! The clock: read once per call by the embedder's handle, and nowhere else.

use crate::words::time::Ts;

/// What time it is. The injected clock decides on every node; order within a family comes from generations, never from it.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Ts;
}

/// The system's clock.
///
/// A time that [`Ts`] cannot tell reads as [`Ts::MAX`]: everything that can expire has expired and nothing can be issued, so a
/// broken clock denies.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock's room")]
    fn now(&self) -> Ts {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .ok()
            .and_then(|since| u64::try_from(since.as_micros()).ok())
            .and_then(Ts::from_micros)
            .unwrap_or(Ts::MAX)
    }
}

/// A clock that is moved by hand.
///
/// ```
/// use counterfoil::{Clock, Span, Ts, testing::ManualClock};
///
/// let clock = ManualClock::at(Ts::EPOCH);
/// clock.advance(Span::days(7));
/// assert_eq!(clock.now().seconds(), 7 * 86_400);
/// ```
#[cfg(any(test, feature = "test-util"))]
#[derive(Debug)]
pub struct ManualClock(std::sync::atomic::AtomicU64);

#[cfg(any(test, feature = "test-util"))]
impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Ts) -> Self {
        Self(std::sync::atomic::AtomicU64::new(now.micros()))
    }

    /// Moves it forward, at most to [`Ts::MAX`].
    pub fn advance(&self, span: crate::words::time::Span) {
        self.set(self.now().plus_capped(span));
    }

    /// Puts it anywhere, also back.
    pub fn set(&self, now: Ts) {
        self.0.store(now.micros(), std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(any(test, feature = "test-util"))]
impl Clock for ManualClock {
    fn now(&self) -> Ts {
        Ts::from_micros(self.0.load(std::sync::atomic::Ordering::SeqCst)).unwrap_or(Ts::MAX)
    }
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> Ts {
        (**self).now()
    }
}

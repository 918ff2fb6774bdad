//! The flaws of broken caches.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::memory::MemoryStore;
use counterfoil::store::{LogPosition, Narrowed, NarrowingLog, Narrowings, StoreError};
use counterfoil_cache::{AgeClock, AgeReading};

use crate::world::{DrivenAge, ms};

/// What is wrong with a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Nothing,
    /// It does not read the log.
    NoLog,
    /// The log loses a step.
    DroppedStep,
    /// A step gets its position before it is visible, so a reader passes over it.
    PositionsOutOfOrder,
    /// The log does not tell that steps were trimmed.
    HiddenTrim,
    /// A fill counts as begun when it ends, which may be after the log was read.
    FillAfterTheLog,
    /// The bound counts from the end of a read of the log.
    BoundFromTheEnd,
    /// Only the wall clock measures the age.
    WallClockAlone,
    /// Only a clock that stops in a suspend measures the age.
    StoppingClockAlone,
    /// A verification is dated by its beginning.
    DatedByItsBeginning,
}

/// A log whose reads take time before and after the store answers, in pages of two steps.
pub(crate) struct SlowLog {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) flaw: Flaw,
    /// While it is set, the log gives no steps and does not go forward.
    pub(crate) is_skipped: AtomicBool,
}

/// Lets the caller do something else once.
async fn pause() {
    let mut paused = false;
    poll_fn(|_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

#[async_trait]
impl NarrowingLog for SlowLog {
    async fn narrowings(&self, after: Option<&LogPosition>, _: NonZeroU32) -> Result<Narrowings, StoreError> {
        if let Some(after) = after
            && (self.flaw == Flaw::NoLog || self.is_skipped.load(Ordering::SeqCst))
        {
            let now = self.store.narrowings(None, NonZeroU32::MIN).await?;
            return Ok(Narrowings::new(now.epoch, after.clone()));
        }
        pause().await;
        let mut page = self.store.narrowings(after, NonZeroU32::MIN.saturating_add(1)).await?;
        pause().await;
        match self.flaw {
            Flaw::DroppedStep if !page.steps.is_empty() => drop(page.steps.remove(0)),
            Flaw::PositionsOutOfOrder if !page.more => drop(page.steps.pop()),
            Flaw::HiddenTrim => page.lost = false,
            _ => {}
        }
        Ok(page)
    }

    async fn narrow(&self, what: &Narrowed, now: Timestamp) -> Result<(), StoreError> {
        self.store.narrow(what, now).await
    }

    async fn trim_narrowings(&self, before: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        self.store.trim_narrowings(before, limit).await
    }
}

/// A clock that may leave out one of its two halves.
pub(crate) struct FlawedAge(pub(crate) DrivenAge, pub(crate) Flaw);

impl AgeClock for FlawedAge {
    fn read(&self) -> AgeReading {
        let AgeReading { running, wall, .. } = self.0.read();
        match self.1 {
            Flaw::WallClockAlone => AgeReading::new(ms(1), wall),
            Flaw::StoppingClockAlone => AgeReading::new(running, ms(1)),
            _ => AgeReading::new(running, wall),
        }
    }
}

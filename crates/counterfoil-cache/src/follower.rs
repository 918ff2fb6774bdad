//! Follows the log of the store.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use counterfoil::store::{LogEpoch, LogPosition, NarrowingLog, Narrowings, StoreError};

use crate::age::{AgeClock, Moment};
use crate::stamps::Stamps;

/// The number of steps in one page of the log.
const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(4_095);

/// Where a node stands in the log, and when its last complete read began.
#[derive(Default)]
pub(crate) struct Follower {
    position: Mutex<Option<(LogEpoch, LogPosition)>>,
    reading: AtomicBool,
    /// When the last complete read of the log began. It is set after the stamps of this read.
    pub(crate) began: Moment,
}

/// The right to read the log. Only one call has it at a time.
struct Turn<'a>(&'a AtomicBool);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Follower {
    fn turn(&self) -> Option<Turn<'_>> {
        (!self.reading.swap(true, Ordering::Acquire)).then_some(Turn(&self.reading))
    }

    fn position(&self) -> Option<(LogEpoch, LogPosition)> {
        self.position.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the log from the last position to its end, and raises the stamps. Returns false if another call is
    /// reading it. If the call is dropped, the next one continues after the last page.
    pub(crate) async fn refresh<S: NarrowingLog + ?Sized>(
        &self,
        log: &S,
        stamps: &Stamps,
        clock: &dyn AgeClock,
    ) -> Result<bool, StoreError> {
        let Some(_turn) = self.turn() else { return Ok(false) };
        // The age of what is in memory counts from here: a step that is written during the read may be missing in it.
        let began = clock.read();
        loop {
            let after = self.position().map(|(_, at)| at);
            let page = log.narrowings(after.as_ref(), PAGE).await?;
            let (more, stuck) = (page.more, page.more && after.is_some_and(|after| page.next == after));
            self.take(page, stamps);
            if stuck {
                return Err(StoreError::corrupt(None, "a page of the log does not go forward"));
            }
            if !more {
                break;
            }
        }
        self.began.set(began);
        Ok(true)
    }

    /// Raises the stamps of a page, and then moves the position.
    fn take(&self, page: Narrowings, stamps: &Stamps) {
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        let continues = !page.lost && position.as_ref().is_some_and(|(epoch, _)| *epoch == page.epoch);
        if !continues {
            stamps.forget();
        }
        page.steps.iter().for_each(|step| stamps.step(step));
        *position = Some((page.epoch, page.next));
    }
}

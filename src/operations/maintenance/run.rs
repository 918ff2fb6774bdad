//! Runs all upkeep in one call, on any executor.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use crate::counterfoil::Counterfoil;
use crate::operations::maintenance::pauses::{Pauses, jitter};
use crate::operations::maintenance::purge;
use crate::service::clock_trust::{ClockTrust, Purges};
use crate::service::error::Unavailable;
use crate::store::listing::Progress;

/// The number of records purged per call: small enough that a purge does not delay a rotation.
const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);

impl Counterfoil {
    /// Runs upkeep until `stop` completes. Every five seconds it writes the last uses and the new digests that are
    /// due, and purges expired data. At the end it calls [`Counterfoil::shutdown`], which writes the rest.
    ///
    /// A failure becomes an event ([`EventKind::Failed`](crate::event::EventKind::Failed)), and the next round tries
    /// again. While rounds fail, the pause doubles up to a minute. Each pause is extended at random by at most a fifth,
    /// so that nodes do not all run at the same time.
    ///
    /// It sends no notices: `counterfoil-notify` has a worker for them, and an `Upkeep` that runs both.
    ///
    /// `sleep` is the executor's function, such as `tokio::time::sleep`. Any number of nodes may run upkeep on one
    /// store.
    ///
    /// A purge by a wrong clock cannot be undone, so a clock that leapt ahead is doubted first. The store contains a
    /// note: the instant of the last upkeep of any process. If the clock is more than a day ahead of the note, no
    /// record is purged for an hour ([`Policy::clock_doubt`](crate::policy::Policy::clock_doubt)), and
    /// [`EventKind::ClockLeapt`](crate::event::EventKind::ClockLeapt) reports it. This hour is the sum of the pauses
    /// without their random part, so it does not depend on the clock. It starts again whenever another process writes a
    /// different note.
    ///
    /// The clock is also doubted after an interruption of more than a day, and, without an event, if the store has no
    /// note: a new service has nothing to purge in its first hour, and an upgraded service may have started with a
    /// wrong clock. If no process runs for an hour, call [`Counterfoil::purge`], which trusts the clock. A note from
    /// the future is corrected by the next upkeep whose clock is behind it.
    ///
    /// A host that neither runs this nor calls [`Counterfoil::flush`] or [`Counterfoil::purge`] gets one event after
    /// ten minutes: [`EventKind::NoUpkeep`](crate::event::EventKind::NoUpkeep).
    ///
    /// # Cancel safety
    ///
    /// A dropped future leaves no batch half done. Unwritten uses stay in the buffer.
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// # let sleep = |_| std::future::ready(());
    /// let upkeep = counterfoil.clone();
    /// // tokio::spawn(async move { upkeep.run_upkeep(tokio::time::sleep, stopped).await });
    /// upkeep.run_upkeep(sleep, async {}).await;
    /// # Ok(()) }) }
    /// ```
    pub async fn run_upkeep<F: Future<Output = ()>>(
        &self,
        sleep: impl Fn(Duration) -> F,
        stop: impl Future<Output = ()>,
    ) {
        let (mut stop, mut clock, mut pauses) = (pin!(stop), ClockTrust::default(), Pauses::default());
        loop {
            let now = self.now();
            let round = pin!(async {
                let flushed = self.flush().await.error.is_none();
                // Purges by the instant that was checked: a later leap of the clock has no effect.
                let then = self.at(now);
                let purged = match self.service.purges(&mut clock, now).await {
                    Ok(Purges::All) => all(&sleep, || then.purge(BATCH)).await,
                    Ok(Purges::CountersUntil(at)) => all(&sleep, || purge::counters(&self.service, BATCH, at)).await,
                    Ok(Purges::Nothing) => true,
                    Err(_) => false,
                };
                let pause = pauses.after(!(flushed && purged));
                sleep(pause.saturating_add(jitter(pause, &*self.service.entropy))).await;
                clock.paused(pause);
            });
            if stopped_before(round, stop.as_mut()).await {
                break;
            }
        }
        let _flushed = self.shutdown().await;
    }
}

/// Runs batches until nothing is left. Returns false after a failure, which the failed call has reported.
async fn all<S, B>(sleep: &impl Fn(Duration) -> S, batch: impl Fn() -> B) -> bool
where
    S: Future<Output = ()>,
    B: Future<Output = Result<Progress, Unavailable>>,
{
    loop {
        match batch().await {
            Ok(Progress { more: true, .. }) => sleep(Duration::ZERO).await,
            Ok(_) => return true,
            Err(_) => return false,
        }
    }
}

/// Whether `stop` completed before the round did.
async fn stopped_before(
    mut round: Pin<&mut impl Future<Output = ()>>,
    mut stop: Pin<&mut impl Future<Output = ()>>,
) -> bool {
    poll_fn(|context| {
        if stop.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        round.as_mut().poll(context).map(|()| false)
    })
    .await
}

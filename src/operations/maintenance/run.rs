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

/// The number of records per call of a purge. It is small enough that a purge does not delay a rotation.
const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);

/// The number of reported texts that one call looks up.
const REPORTS: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

impl Counterfoil {
    /// Runs upkeep until `stop` completes. Every five seconds it writes the times of last use and the new digests that
    /// are due, purges expired data, and looks up the texts of reports of leaks ([`Counterfoil::work_leaks`]). At the
    /// end it looks up at most 100 more of them and calls [`Counterfoil::shutdown`], which writes all times of last use
    /// that are still pending.
    ///
    /// A failure gives an event ([`EventKind::Failed`](crate::event::EventKind::Failed)), and the next round tries
    /// again. After each failed round the pause doubles, up to a minute. A random addition of at most a fifth of the
    /// pause prevents all nodes from running at the same time.
    ///
    /// This method sends no notices. The crate `counterfoil-notify` has a worker for notices, and an `Upkeep` that runs
    /// both this method and the worker.
    ///
    /// `sleep` is a function of the executor, such as `tokio::time::sleep`. Any number of nodes may run upkeep on the
    /// same store.
    ///
    /// A purge with a wrong clock cannot be undone, so a clock that jumped forward is not trusted at once. The store
    /// contains the instant of the last upkeep of any process. If the clock is more than a day ahead of this instant,
    /// no record is purged for an hour ([`Policy::clock_doubt`](crate::policy::Policy::clock_doubt)), and the event
    /// [`EventKind::ClockLeapt`](crate::event::EventKind::ClockLeapt) is emitted. The hour is measured as the sum of
    /// the pauses without their random part, so it does not depend on the clock. The hour starts again each time
    /// another process stores a different instant.
    ///
    /// The same happens after a day without upkeep, because this looks like a clock that jumped. If the store contains
    /// no instant of a last upkeep, no record is purged for an hour either, but no event is emitted. This hour costs a
    /// new service nothing, because it has nothing to purge yet. It protects a service that was upgraded from an older
    /// version and might have started with a wrong clock.
    ///
    /// If every process of the host ends within an hour, the hour without purges is never completed. Such a host should
    /// call [`Counterfoil::purge`], which trusts the clock.
    ///
    /// A process with a wrong clock can store an instant in the future. The next upkeep of a process whose clock is
    /// earlier than the stored instant replaces it by the time of that clock.
    ///
    /// If a host calls neither this method nor [`Counterfoil::flush`] nor [`Counterfoil::purge`] for ten minutes, it
    /// gets the event [`EventKind::NoUpkeep`](crate::event::EventKind::NoUpkeep) once.
    ///
    /// # Cancel safety
    ///
    /// A dropped future leaves no batch incomplete. Times of last use that are not written stay in memory.
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
                // The purge uses the instant that was checked, so a later jump of the clock has no effect.
                let then = self.at(now);
                let purged = match self.service.purges(&mut clock, now).await {
                    Ok(Purges::All) => all(&sleep, || then.purge(BATCH)).await,
                    Ok(Purges::CountersUntil(at)) => all(&sleep, || purge::counters(&self.service, BATCH, at)).await,
                    Ok(Purges::Nothing) => true,
                    Err(_) => false,
                };
                let reported = all(&sleep, || self.work_leaks(REPORTS)).await;
                let pause = pauses.after(!(flushed && purged && reported));
                sleep(pause.saturating_add(jitter(pause, &*self.service.entropy))).await;
                clock.paused(pause);
            });
            if stopped_before(round, stop.as_mut()).await {
                break;
            }
        }
        let _left = self.work_leaks(REPORTS).await;
        let _flushed = self.shutdown().await;
    }
}

/// Runs batches until nothing is left. Returns false if a batch failed. The batch itself has reported the failure.
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

/// Waits until `round` or `stop` completes. Returns true if `stop` completed first.
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

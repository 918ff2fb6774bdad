//! Runs all upkeep in one call, on any executor.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use crate::counterfoil::Counterfoil;
use crate::operations::leaks::intake;
use crate::operations::maintenance::pauses::{Pauses, jitter};
use crate::operations::maintenance::purge;
use crate::service::clock_trust::{ClockTrust, Purges};
use crate::service::error::Unavailable;
use crate::store::listing::Progress;

/// The number of records per call of a purge. It is small enough that a purge does not delay a rotation.
const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);

impl Counterfoil {
    /// Runs upkeep until `stop` completes. Every five seconds it writes the times of last use and the new digests that
    /// are due, purges expired data, and looks up the texts of reports of leaks ([`Counterfoil::work_leaks`]). Texts
    /// that arrive during a round are looked up in the next round, so a round ends even if reports arrive all the time.
    /// At the end it calls [`Counterfoil::shutdown`], which looks up the texts that still wait and writes all pending
    /// times of last use.
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
    /// no instant of a last upkeep, no record is purged for an hour either, but no event is emitted. A new service has
    /// nothing to purge yet, so this hour costs it nothing. The hour protects a service that was upgraded from an older
    /// version and might have started with a wrong clock.
    ///
    /// If every process of the host ends within an hour, the hour without purges is never completed. Such a host should
    /// call [`Counterfoil::purge`], which trusts the clock.
    ///
    /// A process with a wrong clock can store an instant in the future. The next upkeep of a process whose clock is
    /// earlier replaces the stored instant by the time of its own clock.
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
                    Ok(Purges::All) => all(&sleep, usize::MAX, || then.purge(BATCH)).await,
                    Ok(Purges::CountersUntil(at)) => {
                        all(&sleep, usize::MAX, || purge::counters(&self.service, BATCH, at)).await
                    }
                    Ok(Purges::Nothing) => true,
                    Err(_) => false,
                };
                // Anybody can report texts at any time. So a round looks up only the texts that were in the queue at
                // its beginning, because otherwise the round might never end.
                let waiting = intake::batches(&self.service);
                let reported = all(&sleep, waiting, || self.work_leaks(intake::BATCH)).await;
                let pause = pauses.after(!(flushed && purged && reported));
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

/// Runs batches until nothing is left, and at most `most` of them. Returns false if a batch failed. The batch
/// itself has reported the failure.
async fn all<S, B>(sleep: &impl Fn(Duration) -> S, most: usize, batch: impl Fn() -> B) -> bool
where
    S: Future<Output = ()>,
    B: Future<Output = Result<Progress, Unavailable>>,
{
    for _ in 0..most {
        match batch().await {
            Ok(Progress { more: true, .. }) => sleep(Duration::ZERO).await,
            Ok(_) => return true,
            Err(_) => return false,
        }
    }
    true
}

/// Runs `round` until it completes, or until `stop` completes. Returns true if `stop` completed first.
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

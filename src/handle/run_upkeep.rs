//! Upkeep as one call, on whatever executor the host has.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use crate::handle::Counterfoil;
use crate::instruments::event::{Actor, By, What};
use crate::words::time::{Span, Ts};

/// Between two rounds.
const PAUSE: Duration = Duration::from_secs(5);
/// The most that a clock goes ahead between two rounds without being doubted.
const LEAP: Span = Span::days(1);
/// So many rounds a leap is doubted: an hour.
const DOUBT: u64 = 3_600 / PAUSE.as_secs();
/// Records that are purged at once, so that a great purge keeps no rotation waiting.
const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);

impl Counterfoil {
    /// Does the upkeep until `stop` is over: every five seconds it writes the last uses and the new digests that are due, and purges what nothing
    /// needs any more. At the end it writes what is left: [`Counterfoil::shutdown`]. A failure is told as an event, and the next round tries again.
    ///
    /// `sleep` is the executor's, as `tokio::time::sleep`. Any number of nodes may run it on one store.
    ///
    /// A clock that leaps more than a day ahead between two rounds is not believed at once: for an hour nothing is purged, and
    /// [`What::ClockLeapt`](crate::event::What::ClockLeapt) tells of it. What a wrong clock purges is gone for good.
    ///
    /// A host that neither runs this nor calls [`Counterfoil::flush`] or [`Counterfoil::purge`] is warned once, after ten minutes:
    /// [`What::NoUpkeep`](crate::event::What::NoUpkeep).
    ///
    /// # Cancel safety
    ///
    /// A dropped future leaves whole batches; what was not written stays in the buffer.
    ///
    /// ```
    #[doc = include_str!("example.in")]
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
        let (mut stop, mut trust) = (pin!(stop), Trust::default());
        loop {
            let now = self.now();
            if let Some(from) = trust.leap(now) {
                self.desk.tell(now, By::itself(Actor::Upkeep), What::ClockLeapt { from, to: now });
            }
            let purges = trust.is_whole();
            let round = pin!(async {
                let _flushed = self.flush().await;
                if purges {
                    // By the clock that was looked at: a leap meanwhile purges nothing.
                    self.at(now).purge_all(&sleep).await;
                }
                sleep(PAUSE).await;
            });
            if stopped_before(round, stop.as_mut()).await {
                break;
            }
        }
        let _flushed = self.shutdown().await;
    }

    async fn purge_all<F: Future<Output = ()>>(&self, sleep: &impl Fn(Duration) -> F) {
        // The failure itself is told where it happened.
        while self.purge(BATCH).await.is_ok_and(|progress| progress.more) {
            sleep(Duration::ZERO).await;
        }
    }
}

/// Whether the clock is believed. The pauses between rounds tell how much time has passed at least.
#[derive(Default)]
struct Trust {
    last: Option<Ts>,
    /// Rounds until it is believed again.
    doubted: u64,
}

impl Trust {
    /// Where the clock stood before it leapt, if it did.
    fn leap(&mut self, now: Ts) -> Option<Ts> {
        self.doubted = self.doubted.saturating_sub(1);
        let from = self.last.replace(now)?;
        let leapt = from.plus(LEAP).is_some_and(|most| now > most);
        if leapt {
            self.doubted = DOUBT;
        }
        leapt.then_some(from)
    }

    const fn is_whole(&self) -> bool {
        self.doubted == 0
    }
}

/// Whether `stop` was over before the round was.
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

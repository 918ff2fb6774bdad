//! Upkeep as one call, on whatever executor the host has.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use crate::handle::Counterfoil;

/// Between two rounds.
const PAUSE: Duration = Duration::from_secs(5);
/// Records that are purged at once, so that a great purge keeps no rotation waiting.
const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(499);

impl Counterfoil {
    /// Does the upkeep until `stop` is over: every five seconds it writes the last uses and the new digests that are due, and purges what nothing
    /// needs any more. At the end it writes what is left: [`Counterfoil::shutdown`]. A failure is told as an event, and the next round tries again.
    ///
    /// `sleep` is the executor's, as `tokio::time::sleep`. Any number of nodes may run it on one store.
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
        let mut stop = pin!(stop);
        loop {
            let round = pin!(async {
                self.upkeep_round(&sleep).await;
                sleep(PAUSE).await;
            });
            if stopped_before(round, stop.as_mut()).await {
                break;
            }
        }
        let _flushed = self.shutdown().await;
    }

    async fn upkeep_round<F: Future<Output = ()>>(&self, sleep: &impl Fn(Duration) -> F) {
        let _flushed = self.flush().await;
        // The failure itself is told where it happened.
        while self.purge(BATCH).await.is_ok_and(|progress| progress.more) {
            sleep(Duration::ZERO).await;
        }
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

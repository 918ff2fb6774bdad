//! Follows the log and trims it, on any executor.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use counterfoil::Timestamp;
use counterfoil::store::{NarrowingLog, StoreError};

use crate::cached_reads::CachedReads;

/// The time between two trims.
const TRIM_EVERY: Duration = Duration::from_secs(60);
/// For how long a step is kept. It is much longer than any bound, so that a node seldom misses a step and forgets
/// everything.
const KEPT: Duration = Duration::from_secs(600);
const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);

impl<S: NarrowingLog + ?Sized> CachedReads<S> {
    /// Reads the log every quarter of the bound until `stop` completes, and every third of it after a failure. Each
    /// failure is passed to `failed`. Once a minute, steps that are older than ten minutes are removed from the log.
    ///
    /// `sleep` is a function of the executor, such as `tokio::time::sleep`. The crate itself starts no task. A store
    /// that does not answer makes the node slower, because it trusts nothing then, but never wrong.
    ///
    /// # Cancel safety
    ///
    /// Safe.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use counterfoil::memory::MemoryStore;
    /// use counterfoil_cache::{CacheOptions, CachedReads};
    ///
    /// # let sleep = |_| std::future::ready(());
    /// # futures_executor::block_on(async {
    /// let cache = CachedReads::new(Arc::new(MemoryStore::default()), CacheOptions::default())?;
    /// // tokio::spawn(async move { cache.run(tokio::time::sleep, stopped, |error| eprintln!("{error}")).await });
    /// cache.run(sleep, async {}, |error| eprintln!("{error}")).await;
    /// # Ok::<(), counterfoil_cache::InvalidOptions>(())
    /// # }).expect("valid");
    /// ```
    pub async fn run<F: Future<Output = ()>>(
        &self,
        sleep: impl Fn(Duration) -> F,
        stop: impl Future<Output = ()>,
        failed: impl Fn(&StoreError),
    ) {
        let mut stop = pin!(stop);
        let bound = self.shared.options.max_staleness;
        let mut since_trim = Duration::ZERO;
        loop {
            let round = pin!(async {
                let pause = match self.refresh().await {
                    Ok(_) => bound / 4,
                    Err(error) => {
                        failed(&error);
                        bound / 3
                    }
                };
                // One batch in each round, so that a trim does not delay the next read of the log.
                if since_trim >= TRIM_EVERY {
                    match self.trim().await {
                        Ok(removed) if removed >= u64::from(BATCH.get()) => {}
                        Ok(_) => since_trim = Duration::ZERO,
                        Err(error) => {
                            since_trim = Duration::ZERO;
                            failed(&error);
                        }
                    }
                }
                sleep(pause).await;
                since_trim = since_trim.saturating_add(pause);
            });
            if stopped_before(round, stop.as_mut()).await {
                break;
            }
        }
    }

    /// Removes at most 1,000 steps that are older than ten minutes. A wrong clock removes too many: then the other
    /// nodes forget everything once.
    async fn trim(&self) -> Result<u64, StoreError> {
        let wall = self.shared.clock.read().wall.saturating_sub(KEPT);
        let before = u64::try_from(wall.as_micros()).ok().and_then(Timestamp::from_micros);
        self.log.trim_narrowings(before.unwrap_or(Timestamp::EPOCH), BATCH).await
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

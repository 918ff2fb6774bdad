//! The worker that a host spawns or calls.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use counterfoil::{Counterfoil, Timestamp, Unavailable};

use crate::back_off::BackOff;
use crate::limits::Limits;
use crate::patience::Patience;
use crate::report::Report;
use crate::round::Round;
use crate::transport::Transport;

/// Sends due notices. Any number of workers may run on any number of nodes, because a worker claims each notice before
/// it sends it.
///
/// Spawn [`Worker::run`], or call [`Worker::run_once`] from a scheduler.
pub struct Worker {
    pub(crate) counterfoil: Counterfoil,
    pub(crate) transport: Box<dyn Transport>,
    pub(crate) limits: Limits,
    pub(crate) back_off: BackOff,
    pub(crate) patience: Patience,
}

impl Worker {
    /// A worker for one realm, with the default [`Limits`].
    #[must_use]
    pub fn new(counterfoil: Counterfoil, transport: impl Transport) -> Self {
        let (limits, back_off, patience) = (Limits::default(), BackOff::default(), Patience::default());
        Self { counterfoil, transport: Box::new(transport), limits, back_off, patience }
    }

    /// Sets other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sends the notices that are due at `now`, up to the budget. An instant within the run is `now` plus the time
    /// since the call.
    ///
    /// # Errors
    ///
    /// The store or the directory failed. Digests sent before that are marked as sent where possible. Other claimed
    /// notices are due again when their leases end ([`Limits::lease`]).
    ///
    /// # Cancel safety
    ///
    /// Dropping the call is like a crash of the node: leases expire, and a digest that was being sent may be sent
    /// again. Prefer [`Worker::run`], which ends cleanly.
    pub async fn run_once(&self, now: Timestamp) -> Result<Report, Unavailable> {
        Round::new(self, now, &AtomicBool::new(false)).run().await
    }

    /// Runs until `shutdown` is ready: a first time at once, then after each interval and its jitter. On shutdown it
    /// starts no further digests and finishes those that are being sent. That takes at most the timeouts of the
    /// transport and the store.
    ///
    /// The result of each run is logged to `tracing`, target `counterfoil::notice`; as a warning if notices could not
    /// be sent. After a failed run, the next one starts after the usual interval.
    ///
    /// The future owns the worker, so it can be spawned:
    ///
    /// ```
    /// # async fn serve(worker: counterfoil_notify::Worker, stopped: tokio::sync::oneshot::Receiver<()>) {
    /// let notices = tokio::spawn(worker.run(async { drop(stopped.await) }));
    /// # let _ended = notices.await;
    /// # }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As [`Worker::run_once`].
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            let stop = AtomicBool::new(false);
            let mut round = pin!(Round::new(&self, self.counterfoil.now(), &stop).run());
            tokio::select! {
                biased;
                () = &mut shutdown => {
                    stop.store(true, Ordering::Relaxed);
                    return tell(&round.await);
                }
                ended = &mut round => tell(&ended),
            }
            tokio::select! {
                () = &mut shutdown => return,
                () = tokio::time::sleep(self.pause()) => {}
            }
        }
    }

    fn pause(&self) -> std::time::Duration {
        self.limits.interval.saturating_add(self.limits.jitter.mul_f64(fastrand::f64()))
    }
}

fn tell(ended: &Result<Report, Unavailable>) {
    match ended {
        Ok(report) => report.tell(),
        Err(error) => {
            tracing::warn!(target: "counterfoil::notice", error = error as &dyn std::error::Error, "notices must wait");
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("limits", &self.limits).finish_non_exhaustive()
    }
}

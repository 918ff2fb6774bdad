//! The worker that sends notices. A host spawns the worker, or calls single runs of it.

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
/// sending it.
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
    /// Makes a worker for one realm, with the default [`Limits`].
    #[must_use]
    pub fn new(counterfoil: Counterfoil, transport: impl Transport) -> Self {
        let (limits, back_off, patience) = (Limits::default(), BackOff::default(), Patience::default());
        Self { counterfoil, transport: Box::new(transport), limits, back_off, patience }
    }

    /// Replaces the limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sends the notices that are due at `now`, up to the budget of the [`Limits`]. The clock of the run starts at
    /// `now`.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store or the directory failed. Notices that were sent before the failure are marked as
    /// sent if the store allows it. Other claimed notices are due again when their claims end ([`Limits::lease`]).
    ///
    /// # Cancel safety
    ///
    /// If the call is dropped, this is like a crash of the node. The claims end after a while, and a message that was
    /// being sent might be sent again. Prefer [`Worker::run`], which finishes the messages that are being sent.
    pub async fn run_once(&self, now: Timestamp) -> Result<Report, Unavailable> {
        Round::new(self, now, &AtomicBool::new(false)).run().await
    }

    /// Sends notices repeatedly until `shutdown` is ready. The first run starts at once. After each run, the worker
    /// waits for the interval plus jitter. On shutdown, the worker begins no further messages and finishes those that
    /// are being sent. This takes at most the timeouts of the transport and of the store.
    ///
    /// The result of each run is written to `tracing` with the target `counterfoil::notice`. The level is warning if
    /// notices could not be sent. After a failed run, the worker waits for the same interval.
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
    /// The same as for [`Worker::run_once`].
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

//! Runs all periodic work of a host in one call.

use std::fmt;
use std::future::Future;

use counterfoil::Counterfoil;
use tokio::sync::oneshot;

use crate::worker::Worker;

/// All periodic work of a host in one call. Until shutdown it writes the times at which credentials were last used,
/// computes digests of secrets again under a newer key, purges records, and sends notices.
///
/// | work | interval | interval after a failure |
/// |---|---|---|
/// | last uses, new digests, purge | 5 seconds, and up to a fifth more | 10, 20, 40, then always 60 seconds, and up to a fifth more |
/// | notices | [`Limits::interval`](crate::Limits::interval) and up to [`Limits::jitter`](crate::Limits::jitter) more | unchanged; but a person whose mail failed waits [`Limits::first_back_off`](crate::Limits::first_back_off) |
///
/// If a store or the directory fails, the handle reports an event
/// ([`EventKind::Failed`](counterfoil::event::EventKind::Failed)), at a limited rate. If a notice cannot be sent, a
/// warning is written to `tracing` with the target `counterfoil::notice`. Neither failure ends the upkeep. Every node
/// may run an upkeep.
///
/// The upkeep needs a tokio runtime whose timer is enabled.
///
/// ```
/// use counterfoil_notify::{Log, Upkeep, Worker};
/// # use counterfoil::memory::{MemoryDirectory, MemoryStore};
/// # use counterfoil::types::Source;
/// # use counterfoil::{Account, Counterfoil, KeyRing, Role, SubjectId};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let builder = Counterfoil::builder().store(MemoryStore::default()).directory(MemoryDirectory::default());
/// # let counterfoil = builder.key_ring(KeyRing::generate_from_system()?).build()?;
/// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
/// let worker = Worker::new(counterfoil.clone(), Log::default());
/// let upkeep = Upkeep::new(counterfoil).with_notices(worker);
/// let upkeep = tokio::spawn(upkeep.run(async { drop(stopped.await) }));
///
/// // The service runs here. Then:
/// drop(stop);
/// upkeep.await?;
/// # Ok(())
/// # }
/// ```
pub struct Upkeep {
    counterfoil: Counterfoil,
    notices: Option<Worker>,
}

impl Upkeep {
    /// Makes an upkeep that sends no notices.
    #[must_use]
    pub fn new(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, notices: None }
    }

    /// Adds a worker that sends notices. A host with several realms has an upkeep and a worker for each realm.
    #[must_use]
    pub fn with_notices(self, worker: Worker) -> Self {
        Self { notices: Some(worker), ..self }
    }

    /// Runs until `shutdown` is ready. Then the worker finishes the messages that are being sent, and the upkeep writes
    /// the remaining times of last use and the remaining new digests of secrets.
    ///
    /// A clock that jumped forward is not trusted at once, so nothing is purged for a while: see
    /// [`Counterfoil::run_upkeep`].
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, this is like a crash of the node. A message that was being sent might be sent again
    /// ([`Worker::run_once`]). Times of last use that were not written stay in the memory of the handle.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let Self { counterfoil, notices } = self;
        let (ended, worker_ended) = oneshot::channel::<()>();
        let notices = async {
            match notices {
                Some(worker) => worker.run(shutdown).await,
                None => shutdown.await,
            }
            drop(ended);
        };
        // The upkeep of the handle ends after the worker. So it also writes the results of the worker's last notices.
        let upkeep = counterfoil.run_upkeep(tokio::time::sleep, async { drop(worker_ended.await) });
        tokio::join!(notices, upkeep);
    }
}

impl fmt::Debug for Upkeep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upkeep").field("notices", &self.notices).finish_non_exhaustive()
    }
}

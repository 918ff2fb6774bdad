//! All upkeep of a host in one call.

use std::fmt;
use std::future::Future;

use counterfoil::Counterfoil;
use tokio::sync::oneshot;

use crate::worker::Worker;

/// All upkeep of a host in one call. Until a shutdown it writes last uses, digests secrets again under a newer key,
/// purges, and sends notices.
///
/// | what | how often | after a failure |
/// |---|---|---|
/// | last uses, new digests under a newer key, purge | 5 seconds, and up to a fifth more | 10, 20, 40, then each 60 seconds, and up to a fifth more |
/// | notices | [`Limits::interval`](crate::Limits::interval) and up to [`Limits::jitter`](crate::Limits::jitter) more | the same; a person whose mail failed waits [`Limits::first_back_off`](crate::Limits::first_back_off) |
///
/// A failure of a store or of the directory is an event of the handle
/// ([`EventKind::Failed`](counterfoil::event::EventKind::Failed)), limited in rate. A notice that could not be sent is
/// a warning in `tracing`, target `counterfoil::notice`. Neither ends the upkeep. Every node may run it.
///
/// It needs a tokio runtime with its timer enabled.
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
    /// Upkeep without notices.
    #[must_use]
    pub fn new(counterfoil: Counterfoil) -> Self {
        Self { counterfoil, notices: None }
    }

    /// Sends notices too. A host with several realms gives each worker to the upkeep of its realm.
    #[must_use]
    pub fn with_notices(self, worker: Worker) -> Self {
        Self { notices: Some(worker), ..self }
    }

    /// Runs until `shutdown` is ready. Then the worker finishes the digests that are being sent, and the remaining last
    /// uses and re-digested secrets are written.
    ///
    /// At first the clock is not trusted; see [`Counterfoil::run_upkeep`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future is like a crash of the node: a digest that was being sent may be sent again
    /// ([`Worker::run_once`]), and unwritten last uses stay in the buffer of the handle.
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
        // This ends after the worker, so that the worker's last notices are already settled.
        let upkeep = counterfoil.run_upkeep(tokio::time::sleep, async { drop(worker_ended.await) });
        tokio::join!(notices, upkeep);
    }
}

impl fmt::Debug for Upkeep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upkeep").field("notices", &self.notices).finish_non_exhaustive()
    }
}

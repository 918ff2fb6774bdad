//! Connections for writes that wait for replicas. These writes do not use the shared connection, because `WAIT` blocks
//! all later commands on its connection. `WAIT` covers only the writes of its own connection.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use counterfoil::store::StoreError;
use redis::{Cmd, Pipeline, RedisResult, Value};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::connection::{Connection, Request};
use crate::error::{NotReplicated, SetupError, Silence, is_cut, refusal, silent, unavailable};
use crate::keys::Key;
use crate::options::Waits;
use crate::role;
use crate::shared_connection::{PATIENCE, SharedConnection};

/// Counts the writes that waited for replicas since the store was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replication {
    /// The number of writes that enough replicas confirmed in time.
    pub reached: u64,
    /// The number of writes that too few replicas confirmed in time.
    pub missed: u64,
}

/// A pool of connections. Each connection carries one write at a time.
pub(crate) struct WaitPool {
    waits: Waits,
    idle: Mutex<Vec<PooledConnection>>,
    permits: Semaphore,
    reached: AtomicU64,
    missed: AtomicU64,
}

/// A connection, and the time at which its node last said that it is a primary.
struct PooledConnection {
    connection: Connection,
    confirmed_at: Instant,
    trust: u64,
}

/// The outcome of one attempt to send a request.
enum Tried {
    Answered(Vec<Value>),
    Refused(redis::RedisError),
    /// The request changed nothing, and its connection is no longer used. The request can be sent once more on another
    /// connection.
    Undone(StoreError),
}

impl WaitPool {
    pub(crate) fn new(waits: Waits) -> Self {
        let permits = Semaphore::new(usize::try_from(waits.connections.get()).unwrap_or(1));
        Self { waits, idle: Mutex::default(), permits, reached: AtomicU64::new(0), missed: AtomicU64::new(0) }
    }

    pub(crate) fn replication(&self) -> Replication {
        Replication { reached: self.reached.load(Ordering::Relaxed), missed: self.missed.load(Ordering::Relaxed) }
    }

    /// Runs a script's command and waits for the replicas. If the server returns an error, this error is a value
    /// (`Ok(Err(…))`).
    ///
    /// A repeated call finds its own earlier write, so its script writes nothing. But `WAIT` waits only for the last
    /// write of its own connection. So a `SET` is sent before `WAIT`. A replica that has this `SET` also has all
    /// earlier writes.
    pub(crate) async fn command(
        &self,
        op: &'static str,
        shared: &SharedConnection,
        barrier: &Key,
        command: &Cmd,
    ) -> Result<RedisResult<Value>, StoreError> {
        let deadline = shared.deadline() + self.waits.within;
        let Ok(Ok(_permit)) = timeout(deadline, self.permits.acquire()).await else {
            return Err(silent(op, false, Silence::NoConnection));
        };
        let mut pipeline = Pipeline::with_capacity(3);
        let within = u64::try_from(self.waits.within.as_millis()).unwrap_or(u64::MAX);
        pipeline.add_command(command.clone());
        pipeline.cmd("SET").arg(barrier).arg(1);
        pipeline.cmd("WAIT").arg(self.waits.replicas.get()).arg(within);
        let mut again = true;
        loop {
            shared.admit(op).await?;
            match self.attempt(op, shared, &pipeline, deadline).await? {
                Tried::Answered(answers) => return self.judge(op, answers),
                Tried::Refused(error) => return Ok(Err(error)),
                Tried::Undone(_) if again => again = false,
                Tried::Undone(error) => return Err(error),
            }
        }
    }

    async fn attempt(
        &self,
        op: &'static str,
        shared: &SharedConnection,
        pipeline: &Pipeline,
        deadline: Duration,
    ) -> Result<Tried, StoreError> {
        let mut pooled = match self.pooled(op, shared, deadline).await? {
            Ok(pooled) => pooled,
            Err(undone) => return Ok(Tried::Undone(undone)),
        };
        let limit = PATIENCE.min(shared.deadline()) + self.waits.within;
        let Ok(answers) = timeout(limit, pooled.connection.pipeline(pipeline)).await else {
            return Err(silent(op, true, Silence::Unanswered));
        };
        match answers {
            Ok(answers) => {
                if let Some(error) = answers.first().and_then(role::read_only)
                    && !shared.connector().is_cluster()
                {
                    shared.distrust(pooled.trust);
                    return Ok(Tried::Undone(unavailable(op, false, error)));
                }
                self.put_back(pooled);
                Ok(Tried::Answered(answers))
            }
            Err(error) if is_cut(&error) => Err(unavailable(op, true, error)),
            Err(error) => {
                self.put_back(pooled);
                Ok(Tried::Refused(error))
            }
        }
    }

    fn judge(&self, op: &'static str, answers: Vec<Value>) -> Result<RedisResult<Value>, StoreError> {
        let mut answers = answers.into_iter();
        let answer = answers.next().unwrap_or_default().extract_error();
        if answer.is_err() {
            return Ok(answer);
        }
        match answers.last().and_then(|last| last.extract_error().ok()) {
            Some(Value::Int(reached)) if reached >= i64::from(self.waits.replicas.get()) => {
                self.reached.fetch_add(1, Ordering::Relaxed);
                Ok(answer)
            }
            short => {
                self.missed.fetch_add(1, Ordering::Relaxed);
                let reached =
                    if let Some(Value::Int(reached)) = short { u32::try_from(reached).unwrap_or(0) } else { 0 };
                let source = NotReplicated { wanted: self.waits.replicas.get(), reached };
                Err(StoreError::Unavailable { op, retry: true, maybe_done: true, source: Some(Box::new(source)) })
            }
        }
    }

    /// Returns a connection to a primary, from the pool or a new one. The inner error says that a connection of the
    /// pool could not be used, because it had failed or its node is no longer a primary. That connection is closed, and
    /// the caller can try again. The outer error says that no new connection could be opened.
    async fn pooled(
        &self,
        op: &'static str,
        shared: &SharedConnection,
        deadline: Duration,
    ) -> Result<Result<PooledConnection, StoreError>, StoreError> {
        while let Some(mut pooled) = self.pop() {
            if pooled.trust != shared.trust() || pooled.connection.is_over() {
                continue;
            }
            if shared.connector().is_cluster() || !role::is_unconfirmed(Some(pooled.confirmed_at), Instant::now()) {
                return Ok(Ok(pooled));
            }
            let (asked_at, role) = (Instant::now(), role::question());
            let role = match timeout(PATIENCE.min(deadline), pooled.connection.ask(Request::One(&role))).await {
                Ok(role) => role.map_err(SetupError::Backend).and_then(role::primary),
                Err(_) => return Ok(Err(silent(op, false, Silence::Unanswered))),
            };
            return Ok(match role {
                Ok(()) => Ok(PooledConnection { confirmed_at: asked_at, ..pooled }),
                Err(refused) => {
                    if matches!(refused, SetupError::Backend(_)) {
                        self.close_all();
                    } else {
                        shared.distrust(pooled.trust);
                    }
                    Err(refusal(op, refused))
                }
            });
        }
        let (confirmed_at, trust) = (Instant::now(), shared.trust());
        match timeout(deadline, shared.open()).await {
            Ok(Ok(connection)) => Ok(Ok(PooledConnection { connection, confirmed_at, trust })),
            Ok(Err(refused)) => Err(refusal(op, refused)),
            Err(_) => Err(silent(op, false, Silence::NoConnection)),
        }
    }

    fn pop(&self) -> Option<PooledConnection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put_back(&self, pooled: PooledConnection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(pooled);
    }

    fn close_all(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

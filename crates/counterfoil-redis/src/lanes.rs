//! Connections for writes that wait for replicas: WAIT holds up whatever stands behind it, and answers for its own connection's writes alone.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use counterfoil::store::StoreError;
use redis::{Cmd, Pipeline, RedisResult, Value};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::conn::{Conn, Door};
use crate::error::{NotReplicated, Silence, is_cut, silent, unavailable};
use crate::keys::Key;
use crate::options::Waits;

/// What waiting for replicas has come to since the store was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replication {
    /// Writes that enough replicas had in time.
    pub reached: u64,
    /// Writes that too few had.
    pub missed: u64,
}

/// A few connections of their own, each for one write at a time.
pub(crate) struct Lanes {
    waits: Waits,
    idle: Mutex<Vec<Conn>>,
    permits: Semaphore,
    reached: AtomicU64,
    missed: AtomicU64,
}

impl Lanes {
    pub(crate) fn new(waits: Waits) -> Self {
        let permits = Semaphore::new(usize::try_from(waits.connections.get()).unwrap_or(1));
        Self { waits, idle: Mutex::default(), permits, reached: AtomicU64::new(0), missed: AtomicU64::new(0) }
    }

    pub(crate) fn replication(&self) -> Replication {
        Replication { reached: self.reached.load(Ordering::Relaxed), missed: self.missed.load(Ordering::Relaxed) }
    }

    /// Runs a script's command and waits for the replicas. What the server refuses is a value.
    ///
    /// The write before WAIT makes it wait for all that was written before, so that an answer that rests on what stands waits for that too.
    pub(crate) async fn command(
        &self,
        op: &'static str,
        door: &Door,
        deadline: Duration,
        barrier: &Key,
        command: &Cmd,
    ) -> Result<RedisResult<Value>, StoreError> {
        let deadline = deadline + self.waits.within;
        let Ok(Ok(_permit)) = timeout(deadline, self.permits.acquire()).await else {
            return Err(silent(op, false, Silence::NoConnection));
        };
        let mut conn = self.conn(op, door, deadline).await?;
        let mut pipeline = Pipeline::with_capacity(3);
        let within = u64::try_from(self.waits.within.as_millis()).unwrap_or(u64::MAX);
        pipeline.add_command(command.clone());
        pipeline.cmd("SET").arg(barrier).arg(1);
        pipeline.cmd("WAIT").arg(self.waits.replicas.get()).arg(within);
        let Ok(answers) = timeout(deadline, conn.pipeline(&pipeline)).await else {
            return Err(silent(op, true, Silence::Unanswered));
        };
        let answers = match answers {
            Ok(answers) => answers,
            Err(error) => {
                let cut = is_cut(&error);
                if !cut {
                    self.put_back(conn);
                }
                return if cut { Err(unavailable(op, true, error)) } else { Ok(Err(error)) };
            }
        };
        self.put_back(conn);
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

    async fn conn(&self, op: &'static str, door: &Door, deadline: Duration) -> Result<Conn, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(conn) = idle {
            return Ok(conn);
        }
        match timeout(deadline, door.open()).await {
            Ok(opened) => opened.map_err(|error| unavailable(op, false, error)),
            Err(_) => Err(silent(op, false, Silence::NoConnection)),
        }
    }

    fn put_back(&self, conn: Conn) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
    }
}

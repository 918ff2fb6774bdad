//! Connections for writes that wait for replicas: WAIT holds up whatever stands behind it, and answers for its own connection's writes alone.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use counterfoil::store::StoreError;
use redis::{Cmd, Pipeline, RedisResult, Value};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::conn::{Conn, Request};
use crate::error::{NotReplicated, SetupError, Silence, is_cut, refusal, silent, unavailable};
use crate::keys::Key;
use crate::link::{INTERVAL, Link, PATIENCE};
use crate::options::Waits;
use crate::role;

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
    idle: Mutex<Vec<Lane>>,
    permits: Semaphore,
    reached: AtomicU64,
    missed: AtomicU64,
}

/// A connection, and when its node was last asked for its role and said that it is a primary.
struct Lane {
    conn: Conn,
    confirmed_at: Instant,
    trust: u64,
}

/// How one attempt ended.
enum Tried {
    Answered(Vec<Value>),
    Refused(redis::RedisError),
    /// It has changed nothing, and the connection is closed.
    Undone(StoreError),
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
        link: &Link,
        barrier: &Key,
        command: &Cmd,
    ) -> Result<RedisResult<Value>, StoreError> {
        let deadline = link.deadline() + self.waits.within;
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
            link.admit(op).await?;
            match self.attempt(op, link, &pipeline, deadline).await? {
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
        link: &Link,
        pipeline: &Pipeline,
        deadline: Duration,
    ) -> Result<Tried, StoreError> {
        let mut lane = match self.lane(op, link, deadline).await? {
            Ok(lane) => lane,
            Err(undone) => return Ok(Tried::Undone(undone)),
        };
        let limit = PATIENCE.min(link.deadline()) + self.waits.within;
        let Ok(answers) = timeout(limit, lane.conn.pipeline(pipeline)).await else {
            return Err(silent(op, true, Silence::Unanswered));
        };
        match answers {
            Ok(answers) => {
                if let Some(error) = answers.first().and_then(role::read_only)
                    && !link.door().is_cluster()
                {
                    link.distrust(lane.trust);
                    return Ok(Tried::Undone(unavailable(op, false, error)));
                }
                self.put_back(lane);
                Ok(Tried::Answered(answers))
            }
            Err(error) if is_cut(&error) => Err(unavailable(op, true, error)),
            Err(error) => {
                self.put_back(lane);
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

    /// A connection to a primary. The inner error is one of a connection that was there, which is closed: another may serve.
    async fn lane(
        &self,
        op: &'static str,
        link: &Link,
        deadline: Duration,
    ) -> Result<Result<Lane, StoreError>, StoreError> {
        while let Some(mut lane) = self.pop() {
            if lane.trust != link.trust() || lane.conn.is_over() {
                continue;
            }
            if link.door().is_cluster() || lane.confirmed_at.elapsed() < INTERVAL {
                return Ok(Ok(lane));
            }
            let (asked_at, role) = (Instant::now(), redis::cmd("ROLE"));
            let told = match timeout(PATIENCE.min(deadline), lane.conn.ask(Request::One(&role))).await {
                Ok(told) => told.map_err(SetupError::Backend).and_then(role::primary),
                Err(_) => return Ok(Err(silent(op, false, Silence::Unanswered))),
            };
            return Ok(match told {
                Ok(()) => Ok(Lane { confirmed_at: asked_at, ..lane }),
                Err(refused) => {
                    if matches!(refused, SetupError::Backend(_)) {
                        self.close_all();
                    } else {
                        link.distrust(lane.trust);
                    }
                    Err(refusal(op, refused))
                }
            });
        }
        let (confirmed_at, trust) = (Instant::now(), link.trust());
        match timeout(deadline, link.open()).await {
            Ok(Ok(conn)) => Ok(Ok(Lane { conn, confirmed_at, trust })),
            Ok(Err(refused)) => Err(refusal(op, refused)),
            Err(_) => Err(silent(op, false, Silence::NoConnection)),
        }
    }

    fn pop(&self) -> Option<Lane> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put_back(&self, lane: Lane) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(lane);
    }

    fn close_all(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

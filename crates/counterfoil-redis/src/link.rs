//! The shared connection, and the watch over it.
//!
//! A client may fall silent although the servers are well again. So: no success for three seconds while calls are made, and a new connection is built; the old
//! one serves on until the new one stands.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use counterfoil::store::StoreError;
use futures_util::future::{Either, select};
use redis::{Cmd, Pipeline, RedisResult, Value};
// Only the watch measures time, and only spans: no instant of the contract comes from here.
use tokio::time::{Instant, timeout, timeout_at};

use crate::conn::{Conn, Door};
use crate::error::{Silence, is_cut, maybe_done, silent, unavailable};

/// How long calls may be made without a success.
const PATIENCE: Duration = Duration::from_secs(3);

/// The connection that all calls but the waiting ones share.
pub(crate) struct Link {
    door: Door,
    deadline: Duration,
    state: Mutex<State>,
    /// Held by whoever builds a connection.
    building: tokio::sync::Mutex<()>,
    attempts: AtomicU64,
    rebuilt: AtomicU64,
}

struct State {
    conn: Option<Conn>,
    /// Of the connection: goes up with each.
    epoch: u64,
    /// The first call since the last success.
    silent_since: Option<Instant>,
    last_call: Option<Instant>,
}

/// Whether a request changes something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    Read,
    Write,
}

impl Link {
    pub(crate) fn new(door: Door, deadline: Duration) -> Self {
        let state = State { conn: None, epoch: 0, silent_since: None, last_call: None };
        let building = tokio::sync::Mutex::new(());
        Self {
            door,
            deadline,
            state: Mutex::new(state),
            building,
            attempts: AtomicU64::new(0),
            rebuilt: AtomicU64::new(0),
        }
    }

    pub(crate) const fn door(&self) -> &Door {
        &self.door
    }

    pub(crate) const fn deadline(&self) -> Duration {
        self.deadline
    }

    /// How often the watch has built a new connection.
    pub(crate) fn rebuilt(&self) -> u64 {
        self.rebuilt.load(Ordering::Relaxed)
    }

    pub(crate) async fn command(&self, op: &'static str, does: Does, command: &Cmd) -> Result<Value, StoreError> {
        self.run(op, does, |mut conn| async move { conn.command(command).await })
            .await?
            .map_err(|error| self.told(op, does, error))
    }

    /// The same, the server's refusals as values.
    pub(crate) async fn try_command(
        &self,
        op: &'static str,
        does: Does,
        command: &Cmd,
    ) -> Result<RedisResult<Value>, StoreError> {
        self.run(op, does, |mut conn| async move { conn.command(command).await }).await
    }

    /// Reads of one slot.
    pub(crate) async fn reads(&self, op: &'static str, pipeline: &Pipeline) -> Result<Vec<Value>, StoreError> {
        let answers = self.run(op, Does::Read, |mut conn| async move { conn.pipeline(pipeline).await }).await?;
        let answers = answers.and_then(|answers| answers.into_iter().map(Value::extract_error).collect());
        answers.map_err(|error| self.told(op, Does::Read, error))
    }

    pub(crate) fn told(&self, op: &'static str, does: Does, error: redis::RedisError) -> StoreError {
        unavailable(op, does == Does::Write && maybe_done(&error, self.door.is_cluster()), error)
    }

    async fn run<T, F>(
        &self,
        op: &'static str,
        does: Does,
        ask: impl Fn(Conn) -> F + Send + Sync,
    ) -> Result<RedisResult<T>, StoreError>
    where
        F: Future<Output = RedisResult<T>> + Send,
        T: Send,
    {
        // A connection that died since its last use is no reason for a read to fail.
        let mut again = does == Does::Read;
        loop {
            let (conn, epoch) = self.conn(op).await?;
            match self.awaited(ask(conn)).await {
                None => return Err(silent(op, does == Does::Write, Silence::Unanswered)),
                Some(Err(error)) if is_cut(&error) => {
                    self.drop_cut(epoch);
                    if !again || self.door.is_cluster() {
                        return Ok(Err(error));
                    }
                    again = false;
                }
                Some(answer) => {
                    if answer.is_ok() {
                        self.state().silent_since = None;
                    }
                    return Ok(answer);
                }
            }
        }
    }

    /// Waits until the deadline, with an eye on the watch.
    async fn awaited<T>(&self, task: impl Future<Output = RedisResult<T>> + Send) -> Option<RedisResult<T>> {
        let deadline = Instant::now() + self.deadline;
        let mut task = pin!(task);
        loop {
            let look = (Instant::now() + PATIENCE).min(deadline);
            match timeout_at(look, &mut task).await {
                Ok(answer) => return Some(answer),
                Err(_) if look == deadline => return None,
                Err(_) => {}
            }
            if let Either::Left((answer, _)) = select(task.as_mut(), pin!(self.renew_if_silent())).await {
                return Some(answer);
            }
        }
    }

    async fn conn(&self, op: &'static str) -> Result<(Conn, u64), StoreError> {
        if self.note_call() {
            self.renew_if_silent().await;
        }
        if let Some(there) = self.there() {
            return Ok(there);
        }
        let seen = self.attempts.load(Ordering::Acquire);
        let _turn = self.building.lock().await;
        if let Some(there) = self.there() {
            return Ok(there);
        }
        if self.attempts.load(Ordering::Acquire) != seen {
            // Somebody tried while this one waited for their turn: a server that is down is not asked once for each that waits.
            return Err(silent(op, false, Silence::NoConnection));
        }
        let opened = timeout(self.deadline, self.door.open()).await;
        self.attempts.fetch_add(1, Ordering::AcqRel);
        match opened {
            Ok(Ok(conn)) => Ok((conn.clone(), self.install(conn))),
            Ok(Err(error)) => Err(unavailable(op, false, error)),
            Err(_) => Err(silent(op, false, Silence::NoConnection)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn there(&self) -> Option<(Conn, u64)> {
        let state = self.state();
        state.conn.clone().map(|conn| (conn, state.epoch))
    }

    fn install(&self, conn: Conn) -> u64 {
        let mut state = self.state();
        state.conn = Some(conn);
        state.epoch += 1;
        state.epoch
    }

    fn drop_cut(&self, epoch: u64) {
        let mut state = self.state();
        // A cluster's client heals its own connections.
        if state.epoch == epoch && !self.door.is_cluster() {
            state.conn = None;
        }
    }

    /// Notes that a call is made; whether the silence has lasted too long.
    fn note_call(&self) -> bool {
        let now = Instant::now();
        let mut state = self.state();
        // A silence in which nobody asked is none: the last caller may have gone away without an answer.
        if state.last_call.replace(now).is_some_and(|last| now.duration_since(last) >= PATIENCE) {
            state.silent_since = None;
        }
        let since = *state.silent_since.get_or_insert(now);
        state.conn.is_some() && now.duration_since(since) >= PATIENCE
    }

    async fn renew_if_silent(&self) {
        let Ok(_turn) = self.building.try_lock() else { return };
        {
            let now = Instant::now();
            let mut state = self.state();
            if state.silent_since.is_none_or(|since| now.duration_since(since) < PATIENCE) {
                return;
            }
            // One try each three seconds.
            state.silent_since = Some(now);
        }
        if let Ok(Ok(conn)) = timeout(PATIENCE, self.door.open()).await {
            self.install(conn);
            self.rebuilt.fetch_add(1, Ordering::Relaxed);
        }
    }
}

//! The shared connection, and the watch over it.
//!
//! - An answer counts only where the node has said within the last second, or in the same round trip, that it is a primary.
//! - What one connection finds out holds for all: where a new one leads to no primary, nothing is asked of those that were opened before.
//! - A connection that was not used for a second is tried before a write is sent on it, and a write that is known not to have been carried out is sent once more.
//! - A client may fall silent although the servers are well again. So: no success for three seconds while calls are made, or one call that waits so long, and a
//!   new connection is built; the old one serves on until the new one stands.
//! - Once a second the set-up is looked at again, beside the calls.

mod state;

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use counterfoil::store::StoreError;
use futures_util::future::{Either, select};
use redis::{Cmd, Pipeline, RedisError, RedisResult, Value};
// Only the watch measures time, and only spans: no instant of the contract comes from here.
use tokio::time::{Instant, timeout, timeout_at};

use crate::check::Setup;
use crate::conn::{self, Conn, Door, Request};
use crate::error::{SetupError, Silence, is_cut, maybe_done, refusal, silent, unavailable};
use crate::role;
pub(crate) use state::INTERVAL;
use state::{Held, State};

/// How long calls may be made without a success, and one may wait.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);
/// How long a look at the set-up may take.
const LOOK: Duration = Duration::from_secs(1);

/// The connection that all calls but the waiting ones share.
pub(crate) struct Link {
    door: Door,
    setup: Setup,
    deadline: Duration,
    state: Arc<Mutex<State>>,
    /// Held by whoever builds a connection.
    building: tokio::sync::Mutex<()>,
    attempts: AtomicU64,
    rebuilt: AtomicU64,
}

/// Whether a request changes something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    Read,
    Write,
}

/// How one attempt ended.
enum Tried {
    Answered(RedisResult<Value>),
    /// It has changed nothing, and the connection is closed.
    Undone(StoreError),
    /// A read that is to be made again: its connection fell silent and there is a new one, or its answer came late.
    Again,
    Silent,
}

impl Link {
    pub(crate) fn new(door: Door, setup: Setup, deadline: Duration) -> Self {
        Self {
            door,
            setup,
            deadline,
            state: Arc::default(),
            building: tokio::sync::Mutex::new(()),
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
        self.try_command(op, does, command).await?.map_err(|error| self.told(op, does, error))
    }

    /// The same, the server's refusals as values.
    pub(crate) async fn try_command(
        &self,
        op: &'static str,
        does: Does,
        command: &Cmd,
    ) -> Result<RedisResult<Value>, StoreError> {
        self.run(op, does, Request::One(command)).await
    }

    /// Reads of one slot.
    pub(crate) async fn reads(&self, op: &'static str, pipeline: &Pipeline) -> Result<Vec<Value>, StoreError> {
        let answers = match self.run(op, Does::Read, Request::Many(pipeline)).await? {
            Ok(Value::Array(answers)) => answers.into_iter().map(Value::extract_error).collect(),
            Ok(_) => Ok(Vec::new()),
            Err(error) => Err(error),
        };
        answers.map_err(|error| self.told(op, Does::Read, error))
    }

    /// One slot of each node that has some: 0 of a single one.
    pub(crate) async fn slots(&self, op: &'static str) -> Result<Vec<u16>, StoreError> {
        if !self.door.is_cluster() {
            return Ok(vec![0]);
        }
        let mut slots = redis::cmd("CLUSTER");
        slots.arg("SLOTS");
        Ok(conn::slots_of_nodes(&self.on_node(op, 0, slots).await?))
    }

    /// A read of the primary that has that slot.
    pub(crate) async fn on_node(&self, op: &'static str, slot: u16, command: Cmd) -> Result<Value, StoreError> {
        if !self.door.is_cluster() {
            return self.command(op, Does::Read, &command).await;
        }
        let mut held = self.conn(op).await?;
        match timeout(self.deadline, held.conn.ask_node(slot, command)).await {
            Ok(answer) => answer.map_err(|error| self.told(op, Does::Read, error)),
            Err(_) => Err(silent(op, false, Silence::Unanswered)),
        }
    }

    pub(crate) fn told(&self, op: &'static str, does: Does, error: RedisError) -> StoreError {
        unavailable(op, does == Does::Write && maybe_done(&error, self.door.is_cluster()), error)
    }

    async fn run(&self, op: &'static str, does: Does, request: Request<'_>) -> Result<RedisResult<Value>, StoreError> {
        let deadline = Instant::now() + self.deadline;
        let mut again = true;
        loop {
            let held = self.conn(op).await?;
            match self.attempt(op, does, request, held, deadline).await {
                Tried::Answered(answer) => return Ok(answer),
                Tried::Undone(_) if again => again = false,
                Tried::Undone(error) => return Err(error),
                Tried::Again => {}
                Tried::Silent => return Err(silent(op, does == Does::Write, Silence::Unanswered)),
            }
        }
    }

    async fn attempt(
        &self,
        op: &'static str,
        does: Does,
        request: Request<'_>,
        mut held: Held,
        deadline: Instant,
    ) -> Tried {
        let in_cluster = self.door.is_cluster();
        if does == Does::Write && held.conn.is_over() {
            self.state().close(held.epoch);
            return Tried::Undone(silent(op, false, Silence::NoConnection));
        }
        let epoch = held.epoch;
        // A replica of a cluster answers to none of a slot's commands.
        let unconfirmed = held.unconfirmed && !in_cluster;
        if unconfirmed
            && does == Does::Write
            && let Err(error) = self.confirm(op, &mut held, deadline).await
        {
            self.state().close(epoch);
            return Tried::Undone(error);
        }
        let asked_at = Instant::now();
        let behind_role = unconfirmed && does == Does::Read;
        let asking = async {
            if behind_role {
                let (role, answer) = held.conn.ask_behind_role(request).await?;
                Ok((Some(role), answer))
            } else {
                Ok((None, held.conn.ask(request).await))
            }
        };
        let (role, answer) = match self.awaited(asking, does, epoch, deadline).await {
            Err(tried) => return tried,
            Ok(Err(error)) => (None, Err(error)),
            Ok(Ok(told)) => told,
        };
        if let Some(role) = role {
            if let Err(refused) = role::primary(role) {
                self.state().demoted(epoch);
                return Tried::Undone(refusal(op, refused));
            }
            self.state().confirm(epoch, asked_at);
        }
        match answer {
            Err(error) if !in_cluster && is_cut(&error) => {
                self.state().close(epoch);
                // A connection that died since its last use is no reason for a read to fail.
                if does == Does::Read { Tried::Undone(self.told(op, does, error)) } else { Tried::Answered(Err(error)) }
            }
            Err(error) if !in_cluster && role::is_read_only(&error) => {
                self.state().demoted(epoch);
                Tried::Undone(unavailable(op, false, error))
            }
            answer => {
                if answer.is_ok() {
                    self.state().silent_since = None;
                }
                // The node may have lost its role before it came to answer: asked again, now behind ROLE.
                let late = does == Does::Read && !in_cluster && !behind_role && asked_at.elapsed() >= INTERVAL;
                if late { Tried::Again } else { Tried::Answered(answer) }
            }
        }
    }

    /// Asks for the role alone: what a write must know before it is sent.
    async fn confirm(&self, op: &'static str, held: &mut Held, deadline: Instant) -> Result<(), StoreError> {
        let (asked_at, role) = (Instant::now(), redis::cmd("ROLE"));
        match timeout_at((asked_at + PATIENCE).min(deadline), held.conn.ask(Request::One(&role))).await {
            Ok(Ok(role)) => role::primary(role).map_err(|refused| {
                self.state().demoted(held.epoch);
                refusal(op, refused)
            })?,
            Ok(Err(error)) => return Err(unavailable(op, false, error)),
            Err(_) => return Err(silent(op, false, Silence::Unanswered)),
        }
        self.state().confirm(held.epoch, asked_at);
        Ok(())
    }

    /// Waits until the deadline, with an eye on the watch.
    async fn awaited<T>(
        &self,
        task: impl Future<Output = T> + Send,
        does: Does,
        epoch: u64,
        deadline: Instant,
    ) -> Result<T, Tried> {
        let (mut task, asked_at) = (pin!(task), Instant::now());
        loop {
            let look = (Instant::now() + PATIENCE).min(deadline);
            match timeout_at(look, &mut task).await {
                Ok(answer) => return Ok(answer),
                Err(_) if look == deadline => {
                    // No other call is to wait for it as long. A cluster's other nodes may answer.
                    if !self.door.is_cluster() && asked_at.elapsed() >= PATIENCE {
                        self.state().close(epoch);
                    }
                    return Err(Tried::Silent);
                }
                Err(_) => {}
            }
            if let Either::Left((answer, _)) = select(task.as_mut(), pin!(self.renew(epoch))).await {
                return Ok(answer);
            }
            if does == Does::Read && self.state().epoch != epoch {
                return Err(Tried::Again);
            }
        }
    }

    /// Whether the servers are taken as they are, for a call on another connection.
    pub(crate) async fn admit(&self, op: &'static str) -> Result<(), StoreError> {
        let now = Instant::now();
        let (held, looks) = {
            let mut state = self.state();
            (state.held(now), state.looks(now))
        };
        match held {
            Some(held) if looks => self.look(held.conn, held.epoch),
            Some(_) => {}
            None => drop(self.build(op).await?),
        }
        Ok(())
    }

    async fn conn(&self, op: &'static str) -> Result<Held, StoreError> {
        let now = Instant::now();
        let call = self.state().call(now, PATIENCE);
        let Some(held) = call.held else { return self.build(op).await };
        if call.looks {
            self.look(held.conn.clone(), held.epoch);
        }
        if call.silent {
            self.renew(held.epoch).await;
            return self.build(op).await;
        }
        Ok(held)
    }

    /// The connection, built where there is none.
    async fn build(&self, op: &'static str) -> Result<Held, StoreError> {
        if let Some(there) = self.state().held(Instant::now()) {
            return Ok(there);
        }
        let seen = self.attempts.load(Ordering::Acquire);
        let _turn = self.building.lock().await;
        if let Some(there) = self.state().held(Instant::now()) {
            return Ok(there);
        }
        // A server that is refused is not connected to for every call.
        if let Some(refused) = self.state().refused_lately(Instant::now()) {
            return Err(refusal(op, refused));
        }
        if self.attempts.load(Ordering::Acquire) != seen {
            // Somebody tried while this one waited for their turn: a server that is down is not asked once for each that waits.
            return Err(silent(op, false, Silence::NoConnection));
        }
        let opened = timeout(self.deadline, self.open()).await;
        self.attempts.fetch_add(1, Ordering::AcqRel);
        match opened {
            Ok(Ok(conn)) => Ok(self.state().install(conn, Instant::now())),
            Ok(Err(SetupError::Backend(error))) => Err(unavailable(op, false, error)),
            Ok(Err(refused)) => Err(refusal(op, refused)),
            Err(_) => Err(silent(op, false, Silence::NoConnection)),
        }
    }

    /// A connection whose set-up is as it must be. A cluster's is looked at beside the calls, unless it was refused: one of its nodes may be down.
    pub(crate) async fn open(&self) -> Result<Conn, SetupError> {
        let trust = self.trust();
        let mut conn = self.door.open().await?;
        if (!self.door.is_cluster() || self.state().is_refused())
            && let Err(refused) = self.setup.look(&mut conn).await
        {
            if !matches!(refused, SetupError::Backend(_)) {
                self.state().refuse(&refused, Instant::now());
                self.distrust(trust);
            }
            return Err(refused);
        }
        Ok(conn)
    }

    /// What to compare a connection's with that was opened before.
    pub(crate) fn trust(&self) -> u64 {
        self.state().distrusted
    }

    /// A connection that was opened at that trust has found no primary. A cluster's client finds its nodes' roles by itself.
    pub(crate) fn distrust(&self, trust: u64) {
        if !self.door.is_cluster() {
            self.state().distrust(trust);
        }
    }

    /// Looks at the set-up, beside the calls. A server that cannot be asked is not one that is refused.
    fn look(&self, mut conn: Conn, epoch: u64) {
        let (state, setup) = (Arc::clone(&self.state), self.setup);
        tokio::spawn(async move {
            if let Ok(Err(refused)) = timeout(LOOK, setup.look(&mut conn)).await
                && !matches!(refused, SetupError::Backend(_))
            {
                let mut state = lock(&state);
                if state.epoch == epoch {
                    state.refuse(&refused, Instant::now());
                    state.demoted(epoch);
                }
            }
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// A new connection in the place of one that has been silent for too long.
    async fn renew(&self, epoch: u64) {
        let Ok(_turn) = self.building.try_lock() else { return };
        if !self.state().may_renew(epoch, Instant::now(), PATIENCE) {
            return;
        }
        if let Ok(Ok(conn)) = timeout(PATIENCE, self.open()).await {
            self.state().install(conn, Instant::now());
            self.rebuilt.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

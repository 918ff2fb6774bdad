//! The shared connection and its supervision.
//!
//! - An answer counts only if the node's role was checked within the last second or in the same round trip.
//! - What one connection finds out holds for all: if a new one leads to no primary, earlier ones are not used again.
//! - A connection that was idle for a second is checked before a write, and a write that is known not to have been
//!   executed is sent once more.
//! - A client may stay silent after the servers have recovered. After three seconds of calls without a success, or one
//!   call that waits that long, a new connection is opened. The old one is used until then.
//! - Once a second the set-up is checked again, in the background.

mod state;

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use counterfoil::store::StoreError;
use futures_util::future::{Either, select};
use redis::{Cmd, Pipeline, RedisError, RedisResult, Value};
// Only the supervision measures time, and only durations: no instant of the contract comes from here.
use tokio::time::{Instant, timeout, timeout_at};

use crate::check::Setup;
use crate::connection::{self, Connection, Connector, Request};
use crate::error::{SetupError, Silence, is_cut, maybe_done, refusal, silent, unavailable};
use crate::role;
pub(crate) use state::INTERVAL;
use state::{Held, State};

/// How long calls may go without a success, and one call may wait, before the connection is replaced.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);
/// How long a check of the set-up may take.
const LOOK: Duration = Duration::from_secs(1);

/// The connection that all calls share, except writes that wait for replicas.
pub(crate) struct SharedConnection {
    connector: Connector,
    setup: Setup,
    deadline: Duration,
    state: Arc<Mutex<State>>,
    /// Held while a connection is opened.
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
    /// Nothing was changed, and the connection is closed.
    Undone(StoreError),
    /// The read must be repeated: its connection was replaced, or its answer came late.
    Again,
    Silent,
}

impl SharedConnection {
    pub(crate) fn new(connector: Connector, setup: Setup, deadline: Duration) -> Self {
        Self {
            connector,
            setup,
            deadline,
            state: Arc::default(),
            building: tokio::sync::Mutex::new(()),
            attempts: AtomicU64::new(0),
            rebuilt: AtomicU64::new(0),
        }
    }

    pub(crate) const fn connector(&self) -> &Connector {
        &self.connector
    }

    pub(crate) const fn deadline(&self) -> Duration {
        self.deadline
    }

    /// How often a silent connection was replaced.
    pub(crate) fn rebuilt(&self) -> u64 {
        self.rebuilt.load(Ordering::Relaxed)
    }

    pub(crate) async fn command(&self, op: &'static str, does: Does, command: &Cmd) -> Result<Value, StoreError> {
        self.try_command(op, does, command).await?.map_err(|error| self.failure(op, does, error))
    }

    /// The same, with the server's refusals as values.
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
        answers.map_err(|error| self.failure(op, Does::Read, error))
    }

    /// One slot of each primary; 0 for a single node.
    pub(crate) async fn slots(&self, op: &'static str) -> Result<Vec<u16>, StoreError> {
        if !self.connector.is_cluster() {
            return Ok(vec![0]);
        }
        let mut slots = redis::cmd("CLUSTER");
        slots.arg("SLOTS");
        Ok(connection::slots_of_nodes(&self.on_node(op, 0, slots).await?))
    }

    /// A read of the primary that has that slot.
    pub(crate) async fn on_node(&self, op: &'static str, slot: u16, command: Cmd) -> Result<Value, StoreError> {
        if !self.connector.is_cluster() {
            return self.command(op, Does::Read, &command).await;
        }
        let mut held = self.connection(op).await?;
        match timeout(self.deadline, held.connection.ask_node(slot, command)).await {
            Ok(answer) => answer.map_err(|error| self.failure(op, Does::Read, error)),
            Err(_) => Err(silent(op, false, Silence::Unanswered)),
        }
    }

    pub(crate) fn failure(&self, op: &'static str, does: Does, error: RedisError) -> StoreError {
        unavailable(op, does == Does::Write && maybe_done(&error, self.connector.is_cluster()), error)
    }

    async fn run(&self, op: &'static str, does: Does, request: Request<'_>) -> Result<RedisResult<Value>, StoreError> {
        let deadline = Instant::now() + self.deadline;
        let mut again = true;
        loop {
            let held = self.connection(op).await?;
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
        let in_cluster = self.connector.is_cluster();
        if does == Does::Write && held.connection.is_over() {
            self.state().close(held.epoch);
            return Tried::Undone(silent(op, false, Silence::NoConnection));
        }
        let epoch = held.epoch;
        // A replica of a cluster answers no command for a slot.
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
                let (role, answer) = held.connection.ask_behind_role(request).await?;
                Ok((Some(role), answer))
            } else {
                Ok((None, held.connection.ask(request).await))
            }
        };
        let (role, answer) = match self.awaited(asking, does, epoch, deadline).await {
            Err(tried) => return tried,
            Ok(Err(error)) => (None, Err(error)),
            Ok(Ok(answered)) => answered,
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
                // A read is repeated on a new connection if this one died since its last use.
                if does == Does::Read {
                    Tried::Undone(self.failure(op, does, error))
                } else {
                    Tried::Answered(Err(error))
                }
            }
            Err(error) if !in_cluster && role::is_read_only(&error) => {
                self.state().demoted(epoch);
                Tried::Undone(unavailable(op, false, error))
            }
            answer => {
                if answer.is_ok() {
                    self.state().silent_since = None;
                }
                // The node may have lost its role before it answered: the read is repeated behind ROLE.
                let late = does == Does::Read && !in_cluster && !behind_role && asked_at.elapsed() >= INTERVAL;
                if late { Tried::Again } else { Tried::Answered(answer) }
            }
        }
    }

    /// Checks the role alone, before a write is sent.
    async fn confirm(&self, op: &'static str, held: &mut Held, deadline: Instant) -> Result<(), StoreError> {
        let (asked_at, role) = (Instant::now(), redis::cmd("ROLE"));
        match timeout_at((asked_at + PATIENCE).min(deadline), held.connection.ask(Request::One(&role))).await {
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

    /// Waits until the deadline, and replaces the connection if it is silent for too long.
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
                    // Closed, so that no other call waits as long. In a cluster other nodes may answer.
                    if !self.connector.is_cluster() && asked_at.elapsed() >= PATIENCE {
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

    /// Fails if the servers are refused, for a call on another connection.
    pub(crate) async fn admit(&self, op: &'static str) -> Result<(), StoreError> {
        let now = Instant::now();
        let (held, looks) = {
            let mut state = self.state();
            (state.held(now), state.looks(now))
        };
        match held {
            Some(held) if looks => self.look(held.connection, held.epoch),
            Some(_) => {}
            None => drop(self.build(op).await?),
        }
        Ok(())
    }

    async fn connection(&self, op: &'static str) -> Result<Held, StoreError> {
        let now = Instant::now();
        let call = self.state().call(now, PATIENCE);
        let Some(held) = call.held else { return self.build(op).await };
        if call.looks {
            self.look(held.connection.clone(), held.epoch);
        }
        if call.silent {
            self.renew(held.epoch).await;
            return self.build(op).await;
        }
        Ok(held)
    }

    /// The connection, opened if there is none.
    async fn build(&self, op: &'static str) -> Result<Held, StoreError> {
        if let Some(there) = self.state().held(Instant::now()) {
            return Ok(there);
        }
        let seen = self.attempts.load(Ordering::Acquire);
        let _turn = self.building.lock().await;
        if let Some(there) = self.state().held(Instant::now()) {
            return Ok(there);
        }
        // A refused server is not connected to for each call.
        if let Some(refused) = self.state().refused_lately(Instant::now()) {
            return Err(refusal(op, refused));
        }
        if self.attempts.load(Ordering::Acquire) != seen {
            // Another call tried while this one waited: a server that is down is not tried once per waiting call.
            return Err(silent(op, false, Silence::NoConnection));
        }
        let opened = timeout(self.deadline, self.open()).await;
        self.attempts.fetch_add(1, Ordering::AcqRel);
        match opened {
            Ok(Ok(connection)) => Ok(self.state().install(connection, Instant::now())),
            Ok(Err(SetupError::Backend(error))) => Err(unavailable(op, false, error)),
            Ok(Err(refused)) => Err(refusal(op, refused)),
            Err(_) => Err(silent(op, false, Silence::NoConnection)),
        }
    }

    /// Opens a connection and checks the set-up. A cluster's is checked in the background, unless it was refused
    /// before: one of its nodes may be down.
    pub(crate) async fn open(&self) -> Result<Connection, SetupError> {
        let trust = self.trust();
        let mut connection = self.connector.open().await?;
        if (!self.connector.is_cluster() || self.state().is_refused())
            && let Err(refused) = self.setup.look(&mut connection).await
        {
            if !matches!(refused, SetupError::Backend(_)) {
                self.state().refuse(&refused, Instant::now());
                self.distrust(trust);
            }
            return Err(refused);
        }
        Ok(connection)
    }

    /// The number that a connection's `trust` must equal.
    pub(crate) fn trust(&self) -> u64 {
        self.state().distrusted
    }

    /// Reports that a connection opened at that trust led to no primary. A cluster's client tracks the roles itself.
    pub(crate) fn distrust(&self, trust: u64) {
        if !self.connector.is_cluster() {
            self.state().distrust(trust);
        }
    }

    /// Checks the set-up in the background. A failed check is no refusal.
    fn look(&self, mut connection: Connection, epoch: u64) {
        let (state, setup) = (Arc::clone(&self.state), self.setup);
        tokio::spawn(async move {
            if let Ok(Err(refused)) = timeout(LOOK, setup.look(&mut connection)).await
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

    /// Replaces a connection that has been silent for too long.
    async fn renew(&self, epoch: u64) {
        let Ok(_turn) = self.building.try_lock() else { return };
        if !self.state().may_renew(epoch, Instant::now(), PATIENCE) {
            return;
        }
        if let Ok(Ok(connection)) = timeout(PATIENCE, self.open()).await {
            self.state().install(connection, Instant::now());
            self.rebuilt.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

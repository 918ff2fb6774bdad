//! The connection that all calls share, and its supervision.
//!
//! - An answer is used only if the node said, within the last second or in the same round trip, that it is a primary.
//! - If a new connection leads to a node that is not a primary, earlier connections are no longer used either.
//! - If a connection was idle for a second, the role of the node is checked before a write. A write that was certainly
//!   not executed is sent once more.
//! - A connection can stay silent after the servers have recovered. If no call succeeds for three seconds, or one call
//!   waits for three seconds, a new connection is opened. The old connection is used until the new one is open.
//! - Once a second, the configuration of the servers is checked again in the background.

mod attempt;
mod silence;
mod state;
mod supervision;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use counterfoil::store::StoreError;
use redis::{Cmd, Pipeline, RedisError, RedisResult, Value};
use tokio::time::timeout;

use crate::check::Setup;
use crate::connection::{Connector, Request};
use crate::error::{Silence, maybe_done, silent, unavailable};
use crate::slots::Ranges;
pub(crate) use silence::PATIENCE;
use state::State;

/// The time limit of a check of the configuration that runs in the background.
const LOOK: Duration = Duration::from_secs(1);

/// The connection that all calls share, except writes that wait for replicas.
pub(crate) struct SharedConnection {
    connector: Connector,
    setup: Setup,
    deadline: Duration,
    state: Arc<Mutex<State>>,
    /// Locked while a connection is opened, so that only one connection is opened at a time.
    building: tokio::sync::Mutex<()>,
    attempts: AtomicU64,
    rebuilt: AtomicU64,
}

/// Whether a request only reads or also writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    Read,
    Write,
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

    /// The number of times that a silent connection was replaced.
    pub(crate) fn rebuilt(&self) -> u64 {
        self.rebuilt.load(Ordering::Relaxed)
    }

    pub(crate) async fn command(&self, op: &'static str, does: Does, command: &Cmd) -> Result<Value, StoreError> {
        self.try_command(op, does, command).await?.map_err(|error| self.failure(op, does, error))
    }

    /// Sends a command. If the server returns an error, this error is a value (`Ok(Err(…))`).
    pub(crate) async fn try_command(
        &self,
        op: &'static str,
        does: Does,
        command: &Cmd,
    ) -> Result<RedisResult<Value>, StoreError> {
        self.run(op, does, Request::One(command)).await
    }

    /// Sends several reads in one pipeline. All their keys are in one slot.
    pub(crate) async fn reads(&self, op: &'static str, pipeline: &Pipeline) -> Result<Vec<Value>, StoreError> {
        self.read_all(op, Request::Many(pipeline)).await
    }

    /// Sends several reads in one pipeline to the primary that serves this slot.
    pub(crate) async fn reads_on(
        &self,
        op: &'static str,
        slot: u16,
        pipeline: &Pipeline,
    ) -> Result<Vec<Value>, StoreError> {
        self.read_all(op, Request::ManyOn(slot, pipeline)).await
    }

    async fn read_all(&self, op: &'static str, request: Request<'_>) -> Result<Vec<Value>, StoreError> {
        let answers = match self.run(op, Does::Read, request).await? {
            Ok(Value::Array(answers)) => answers.into_iter().map(Value::extract_error).collect(),
            Ok(_) => Ok(Vec::new()),
            Err(error) => Err(error),
        };
        answers.map_err(|error| self.failure(op, Does::Read, error))
    }

    /// Returns one slot of each primary. For a single node, returns slot 0.
    pub(crate) async fn slots(&self, op: &'static str) -> Result<Vec<u16>, StoreError> {
        Ok(self.ranges(op).await?.nodes())
    }

    /// Returns which primary serves which slots.
    pub(crate) async fn ranges(&self, op: &'static str) -> Result<Ranges, StoreError> {
        if !self.connector.is_cluster() {
            return Ok(Ranges::of_one_node());
        }
        let mut slots = redis::cmd("CLUSTER");
        slots.arg("SLOTS");
        Ok(Ranges::of(&self.on_node(op, 0, slots).await?))
    }

    /// Sends a read to the primary that serves this slot.
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
}

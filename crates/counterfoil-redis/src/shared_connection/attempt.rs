//! Sends one request and waits for the answer. Sends the request once more if that is safe. Decides how long a call
//! waits before the connection is replaced.

use std::future::Future;
use std::pin::pin;

use counterfoil::store::StoreError;
use futures_util::future::{Either, select};
use redis::{RedisResult, Value};
// This clock of tokio only measures how long a connection has been silent. No instant of this clock gets into an answer
// of the store or into stored data.
use tokio::time::{Instant, timeout_at};

use super::silence::{is_silent, silent_at};
use super::state::Held;
use super::{Does, SharedConnection};
use crate::connection::Request;
use crate::error::{Silence, is_cut, refusal, silent, unavailable};
use crate::role;

/// The outcome of one attempt to send a request.
enum Tried {
    Answered(RedisResult<Value>),
    /// The request changed nothing, and its connection is no longer used. The request can be sent once more on another
    /// connection.
    Undone(StoreError),
    /// The read must be sent again. Either its connection was replaced, or the answer came so late that the node may
    /// have lost the role of primary in the meantime.
    Again,
    Silent,
}

impl SharedConnection {
    pub(super) async fn run(
        &self,
        op: &'static str,
        does: Does,
        request: Request<'_>,
    ) -> Result<RedisResult<Value>, StoreError> {
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
        // In a cluster no check is needed, because a replica does not execute commands for a slot.
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
                // The connection may have been closed since its last use. So a read is sent again on a new connection.
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
                    self.state().silence.end();
                }
                // The node may have lost its role before it answered. The read is sent again, together with `ROLE`.
                let late = does == Does::Read
                    && !in_cluster
                    && !behind_role
                    && role::is_unconfirmed(Some(asked_at), Instant::now());
                if late { Tried::Again } else { Tried::Answered(answer) }
            }
        }
    }

    /// Checks in a round trip of its own that the node is a primary. Called before a write is sent. If the check fails,
    /// returns an error, and the write is not sent.
    async fn confirm(&self, op: &'static str, held: &mut Held, deadline: Instant) -> Result<(), StoreError> {
        let (asked_at, role) = (Instant::now(), role::question());
        match timeout_at(silent_at(asked_at, deadline), held.connection.ask(Request::One(&role))).await {
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

    /// Waits for the answer to `task` until the deadline. Whenever the connection has been silent for too long, tries
    /// to replace it. Returns an error if the deadline passes, or if a read must be sent again on the new connection.
    async fn awaited<T>(
        &self,
        task: impl Future<Output = T> + Send,
        does: Does,
        epoch: u64,
        deadline: Instant,
    ) -> Result<T, Tried> {
        let (mut task, asked_at) = (pin!(task), Instant::now());
        loop {
            let look = silent_at(Instant::now(), deadline);
            match timeout_at(look, &mut task).await {
                Ok(answer) => return Ok(answer),
                Err(_) if look == deadline => {
                    // The connection is closed, so that no other call must wait until its deadline, as this call did.
                    // In a cluster it stays open, because the other nodes may still answer.
                    if !self.connector.is_cluster() && is_silent(asked_at, Instant::now()) {
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
}

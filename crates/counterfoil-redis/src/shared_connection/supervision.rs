//! Which connection is used, and when another one is opened.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use counterfoil::store::StoreError;
// Time is measured only to supervise connections, and only as durations. No instant of the store contract comes from
// here.
use tokio::time::{Instant, timeout};

use super::state::{Held, State};
use super::{LOOK, PATIENCE, SharedConnection};
use crate::connection::Connection;
use crate::error::{SetupError, Silence, refusal, silent, unavailable};

impl SharedConnection {
    /// Fails if the servers are refused. Used by calls on other connections.
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

    pub(super) async fn connection(&self, op: &'static str) -> Result<Held, StoreError> {
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

    /// Returns the connection, and opens one if there is none.
    async fn build(&self, op: &'static str) -> Result<Held, StoreError> {
        if let Some(there) = self.state().held(Instant::now()) {
            return Ok(there);
        }
        let seen = self.attempts.load(Ordering::Acquire);
        let _turn = self.building.lock().await;
        if let Some(there) = self.state().held(Instant::now()) {
            return Ok(there);
        }
        // After a refusal, calls do not connect again for a moment.
        if let Some(refused) = self.state().refused_lately(Instant::now()) {
            return Err(refusal(op, refused));
        }
        if self.attempts.load(Ordering::Acquire) != seen {
            // Another call tried while this one waited. A server that is down is not tried once for each waiting call.
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

    /// Opens a connection and checks the set-up. In a cluster the check runs in the background, because one of the
    /// nodes may be down. It runs at once if the set-up was refused before.
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

    /// The number that a connection's `trust` must equal for the connection to be used.
    pub(crate) fn trust(&self) -> u64 {
        self.state().distrusted
    }

    /// Reports that a connection led to a node that is not a primary. `trust` is the value of [`Self::trust`] when the
    /// connection was opened. Does nothing for a cluster, whose client tracks the roles itself.
    pub(crate) fn distrust(&self, trust: u64) {
        if !self.connector.is_cluster() {
            self.state().distrust(trust);
        }
    }

    /// Checks the set-up in the background. A check that cannot be completed refuses nothing.
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

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Replaces a connection that has been silent for too long.
    pub(super) async fn renew(&self, epoch: u64) {
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

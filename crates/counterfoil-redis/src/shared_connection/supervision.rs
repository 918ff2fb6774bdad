//! Opens the shared connection, checks it, and replaces it by a new one if no call on it succeeds. `silence.rs` decides
//! when to replace it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use counterfoil::store::StoreError;
// Time is measured as durations only, to supervise connections. The store contract gets no instant from here.
use tokio::time::{Instant, timeout};

use super::state::{Held, State};
use super::{LOOK, PATIENCE, SharedConnection};
use crate::connection::Connection;
use crate::error::{SetupError, Silence, refusal, silent, unavailable};

impl SharedConnection {
    /// Opens the shared connection if there is none. Returns an error if that fails, for example because the
    /// configuration of the server is refused. A write that waits for replicas uses a connection of its own, and calls
    /// this function first. If the last check of the configuration is a second old, starts a new check in the
    /// background.
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
        let call = self.state().call(now);
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

    /// Returns the shared connection. Opens a connection if there is none.
    async fn build(&self, op: &'static str) -> Result<Held, StoreError> {
        if let Some(there) = self.state().held(Instant::now()) {
            return Ok(there);
        }
        let seen = self.attempts.load(Ordering::Acquire);
        let _turn = self.building.lock().await;
        if let Some(there) = self.state().held(Instant::now()) {
            return Ok(there);
        }
        // After a refusal, calls do not connect again for a short time.
        if let Some(refused) = self.state().refused_lately(Instant::now()) {
            return Err(refusal(op, refused));
        }
        if self.attempts.load(Ordering::Acquire) != seen {
            // While this call waited, another call tried to connect and failed. If each waiting call tried again, all
            // these calls would wait for a server that is down.
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

    /// Opens a connection. On a single node, also checks the configuration before it returns the connection. In a
    /// cluster, the check usually runs in the background, because one of the nodes might be down. But if the last check
    /// refused the configuration, this function checks it before it returns the connection.
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

    /// Returns a number that shows whether an open connection can still be used. The number grows each time a node is
    /// found not to be a primary, or to have a configuration that is refused. A connection is used only while the
    /// number is the same as when the connection was opened.
    pub(crate) fn trust(&self) -> u64 {
        self.state().distrusted
    }

    /// Reports that a connection leads to a node that is not a primary or has a configuration that is refused. `trust`
    /// is the value of [`Self::trust`] at the time when the connection was opened. Does nothing for a cluster, whose
    /// client follows the roles of the nodes itself.
    pub(crate) fn distrust(&self, trust: u64) {
        if !self.connector.is_cluster() {
            self.state().distrust(trust);
        }
    }

    /// Checks the configuration of the servers in the background. If the configuration is refused, stops the use of the
    /// connection. If the check cannot be completed, changes nothing.
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

    /// Opens a new connection in place of the shared connection, which has been silent for too long. `epoch` is the
    /// number of the silent connection. If no new connection can be opened, the silent connection stays.
    pub(super) async fn renew(&self, epoch: u64) {
        let Ok(_turn) = self.building.try_lock() else { return };
        if !self.state().may_renew(epoch, Instant::now()) {
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

//! The state of the shared connection: which connection a call gets, what is known about the node of this connection,
//! and how often the connection may be replaced. A connection on which no call succeeds is replaced. `silence.rs`
//! decides when.

use std::time::Duration;

use tokio::time::Instant;

use super::silence::Silence;
use crate::connection::Connection;
use crate::error::SetupError;
use crate::role;

/// The interval between checks of the configuration.
const INTERVAL: Duration = Duration::from_secs(1);
/// The time for which no new connection is opened after a server was refused because of its configuration.
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Default)]
pub(super) struct State {
    connection: Option<Connection>,
    /// The number of the current connection. Each new connection gets a higher number.
    pub(super) epoch: u64,
    /// How often a node was found not to be a primary, or to have a configuration that is refused.
    pub(super) distrusted: u64,
    /// The last time at which the node answered that it is a primary.
    confirmed_at: Option<Instant>,
    looked_at: Option<Instant>,
    refused: Option<(Instant, String)>,
    pub(super) silence: Silence,
}

/// The shared connection and its state at the moment at which a call begins.
pub(super) struct Held {
    pub(super) connection: Connection,
    pub(super) epoch: u64,
    /// Whether the node's role must be checked before an answer is used.
    pub(super) unconfirmed: bool,
}

/// The connection for a call, and what must be done before the call sends its request.
pub(super) struct Call {
    pub(super) held: Option<Held>,
    /// Whether this call must check the configuration of the server.
    pub(super) looks: bool,
    /// Whether the connection must be replaced, because no call has succeeded for too long.
    pub(super) silent: bool,
}

pub(super) fn is_older(at: Option<Instant>, than: Duration, now: Instant) -> bool {
    at.is_none_or(|at| now.duration_since(at) >= than)
}

impl State {
    /// Records that a call begins at `now`. Returns the connection for the call, and what must be done before the call
    /// sends its request.
    pub(super) fn call(&mut self, now: Instant) -> Call {
        let silent = self.silence.call(now) && self.connection.is_some();
        let looks = self.looks(now);
        Call { held: self.held(now), looks, silent }
    }

    /// Whether this caller must check the configuration of the server. If so, records that the check has begun.
    pub(super) fn looks(&mut self, now: Instant) -> bool {
        let looks = self.connection.is_some() && is_older(self.looked_at, INTERVAL, now);
        if looks {
            self.looked_at = Some(now);
        }
        looks
    }

    pub(super) fn held(&self, now: Instant) -> Option<Held> {
        let connection = self.connection.clone()?;
        Some(Held { connection, epoch: self.epoch, unconfirmed: role::is_unconfirmed(self.confirmed_at, now) })
    }

    /// Makes `connection`, which was just opened, the shared connection. Role and configuration of its server count as
    /// checked at `now`.
    pub(super) fn install(&mut self, connection: Connection, now: Instant) -> Held {
        self.epoch += 1;
        (self.confirmed_at, self.looked_at) = (Some(now), Some(now));
        self.refused = None;
        self.silence.end();
        self.connection = Some(connection.clone());
        Held { connection, epoch: self.epoch, unconfirmed: false }
    }

    pub(super) fn confirm(&mut self, epoch: u64, asked_at: Instant) {
        if self.epoch == epoch {
            self.confirmed_at = Some(asked_at);
        }
    }

    /// Stops the use of the connection with this number. Does nothing if another connection is now the shared
    /// connection.
    pub(super) fn close(&mut self, epoch: u64) {
        if self.epoch == epoch {
            self.connection = None;
        }
    }

    /// Stops the use of the shared connection and of every connection that was opened before now. The reason is that
    /// the address of the server now leads to a node that is not a primary or has a configuration that is refused.
    /// `trust` is the number that the caller has read from `distrusted`. Does nothing if `distrusted` has a higher
    /// number now, because another call has already stopped the use.
    pub(super) fn distrust(&mut self, trust: u64) {
        if self.distrusted == trust {
            self.distrusted += 1;
            self.connection = None;
        }
    }

    /// Stops the use of the connection with this number, because its node is no longer a primary or has a configuration
    /// that is refused. Does nothing if another connection is now the shared connection.
    pub(super) fn demoted(&mut self, epoch: u64) {
        if self.epoch == epoch {
            self.distrust(self.distrusted);
        }
    }

    pub(super) fn refuse(&mut self, why: &SetupError, now: Instant) {
        if let SetupError::Refused { what } = why {
            self.refused = Some((now, what.clone()));
        }
    }

    pub(super) const fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Returns the reason why the server was last refused, if this was less than [`PAUSE`] ago. Otherwise returns
    /// `None`.
    pub(super) fn refused_lately(&self, now: Instant) -> Option<SetupError> {
        let (at, what) = self.refused.as_ref()?;
        (now.duration_since(*at) < PAUSE).then(|| SetupError::refused(what.as_str()))
    }

    /// Whether the connection with this number may be replaced now. See [`Silence::may_renew`].
    pub(super) fn may_renew(&mut self, epoch: u64, now: Instant) -> bool {
        self.epoch == epoch && self.silence.may_renew(now)
    }
}

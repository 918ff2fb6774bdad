//! The state of the shared connection.

use std::time::Duration;

use tokio::time::Instant;

use crate::connection::Connection;
use crate::error::SetupError;

/// For how long a check of a node's role counts, and the interval between checks of the set-up.
pub(crate) const INTERVAL: Duration = Duration::from_secs(1);
/// How long after a refusal no new connection is opened.
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Default)]
pub(super) struct State {
    connection: Option<Connection>,
    /// The number of the connection. Each new connection gets a higher one.
    pub(super) epoch: u64,
    /// How often a node was found not to be a primary.
    pub(super) distrusted: u64,
    /// When the node was last asked for its role and said that it is a primary.
    confirmed_at: Option<Instant>,
    looked_at: Option<Instant>,
    refused: Option<(Instant, String)>,
    /// The time of the first call since the last success.
    pub(super) silent_since: Option<Instant>,
    renewed_at: Option<Instant>,
    last_call: Option<Instant>,
}

/// The connection as a call receives it.
pub(super) struct Held {
    pub(super) connection: Connection,
    pub(super) epoch: u64,
    /// The node's role must be checked before an answer counts.
    pub(super) unconfirmed: bool,
}

/// What a call must know before it sends its request.
pub(super) struct Call {
    pub(super) held: Option<Held>,
    /// The caller must check the set-up.
    pub(super) looks: bool,
    /// There was no answer for too long.
    pub(super) silent: bool,
}

fn is_older(at: Option<Instant>, than: Duration, now: Instant) -> bool {
    at.is_none_or(|at| now.duration_since(at) >= than)
}

impl State {
    /// Notes that a call is made.
    pub(super) fn call(&mut self, now: Instant, patience: Duration) -> Call {
        // Time without calls does not count as silence. The last caller may have been dropped before its answer came.
        if self.last_call.replace(now).is_some_and(|last| now.duration_since(last) >= patience) {
            self.silent_since = None;
        }
        let since = *self.silent_since.get_or_insert(now);
        let looks = self.looks(now);
        let silent = self.connection.is_some() && now.duration_since(since) >= patience;
        Call { held: self.held(now), looks, silent }
    }

    /// Whether this caller must check the set-up.
    pub(super) fn looks(&mut self, now: Instant) -> bool {
        let looks = self.connection.is_some() && is_older(self.looked_at, INTERVAL, now);
        if looks {
            self.looked_at = Some(now);
        }
        looks
    }

    pub(super) fn held(&self, now: Instant) -> Option<Held> {
        let connection = self.connection.clone()?;
        Some(Held { connection, epoch: self.epoch, unconfirmed: is_older(self.confirmed_at, INTERVAL, now) })
    }

    /// Installs a connection whose set-up has been checked.
    pub(super) fn install(&mut self, connection: Connection, now: Instant) -> Held {
        self.epoch += 1;
        (self.confirmed_at, self.looked_at) = (Some(now), Some(now));
        (self.refused, self.silent_since) = (None, None);
        self.connection = Some(connection.clone());
        Held { connection, epoch: self.epoch, unconfirmed: false }
    }

    pub(super) fn confirm(&mut self, epoch: u64, asked_at: Instant) {
        if self.epoch == epoch {
            self.confirmed_at = Some(asked_at);
        }
    }

    /// Closes this connection to further calls.
    pub(super) fn close(&mut self, epoch: u64) {
        if self.epoch == epoch {
            self.connection = None;
        }
    }

    /// Drops the connection and rejects connections opened earlier, because the address may lead to another server now.
    /// Does nothing if another call has done so since `trust` was read.
    pub(super) fn distrust(&mut self, trust: u64) {
        if self.distrusted == trust {
            self.distrusted += 1;
            self.connection = None;
        }
    }

    /// Notes that the node of this connection is no longer a primary, or that its set-up has changed.
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

    /// Why the server was refused, if that was a moment ago.
    pub(super) fn refused_lately(&self, now: Instant) -> Option<SetupError> {
        let (at, what) = self.refused.as_ref()?;
        (now.duration_since(*at) < PAUSE).then(|| SetupError::refused(what.as_str()))
    }

    /// Whether this connection may be replaced now: one attempt per `patience`.
    pub(super) fn may_renew(&mut self, epoch: u64, now: Instant, patience: Duration) -> bool {
        let may = self.epoch == epoch && is_older(self.renewed_at, patience, now);
        if may {
            self.renewed_at = Some(now);
        }
        may
    }
}

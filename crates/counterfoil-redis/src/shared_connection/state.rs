//! What is known of the shared connection.

use std::time::Duration;

use tokio::time::Instant;

use crate::conn::Conn;
use crate::error::SetupError;

/// How long it counts that a node has said that it is a primary, and how often the set-up is looked at.
pub(crate) const INTERVAL: Duration = Duration::from_secs(1);
/// How long a refused server is left alone.
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Default)]
pub(super) struct State {
    conn: Option<Conn>,
    /// Of the connection: goes up with each.
    pub(super) epoch: u64,
    /// How often a node was found not to be the primary that it was taken for.
    pub(super) distrusted: u64,
    /// When the node was last asked for its role and said that it is a primary.
    confirmed_at: Option<Instant>,
    looked_at: Option<Instant>,
    refused: Option<(Instant, String)>,
    /// The first call since the last success.
    pub(super) silent_since: Option<Instant>,
    renewed_at: Option<Instant>,
    last_call: Option<Instant>,
}

/// The connection, as a call gets it.
pub(super) struct Held {
    pub(super) conn: Conn,
    pub(super) epoch: u64,
    /// Its node must say that it is a primary before an answer counts.
    pub(super) unconfirmed: bool,
}

/// What a call finds.
pub(super) struct Call {
    pub(super) held: Option<Held>,
    /// The set-up is to be looked at.
    pub(super) looks: bool,
    /// Nothing was answered for too long.
    pub(super) silent: bool,
}

fn is_older(at: Option<Instant>, than: Duration, now: Instant) -> bool {
    at.is_none_or(|at| now.duration_since(at) >= than)
}

impl State {
    /// Notes that a call is made.
    pub(super) fn call(&mut self, now: Instant, patience: Duration) -> Call {
        // A silence in which nobody asked is none: the last caller may have gone away without an answer.
        if self.last_call.replace(now).is_some_and(|last| now.duration_since(last) >= patience) {
            self.silent_since = None;
        }
        let since = *self.silent_since.get_or_insert(now);
        let looks = self.looks(now);
        let silent = self.conn.is_some() && now.duration_since(since) >= patience;
        Call { held: self.held(now), looks, silent }
    }

    /// Whether the set-up is to be looked at now, by whoever asked.
    pub(super) fn looks(&mut self, now: Instant) -> bool {
        let looks = self.conn.is_some() && is_older(self.looked_at, INTERVAL, now);
        if looks {
            self.looked_at = Some(now);
        }
        looks
    }

    pub(super) fn held(&self, now: Instant) -> Option<Held> {
        let conn = self.conn.clone()?;
        Some(Held { conn, epoch: self.epoch, unconfirmed: is_older(self.confirmed_at, INTERVAL, now) })
    }

    /// A connection whose set-up has been looked at.
    pub(super) fn install(&mut self, conn: Conn, now: Instant) -> Held {
        self.epoch += 1;
        (self.confirmed_at, self.looked_at) = (Some(now), Some(now));
        (self.refused, self.silent_since) = (None, None);
        self.conn = Some(conn.clone());
        Held { conn, epoch: self.epoch, unconfirmed: false }
    }

    pub(super) fn confirm(&mut self, epoch: u64, asked_at: Instant) {
        if self.epoch == epoch {
            self.confirmed_at = Some(asked_at);
        }
    }

    /// Nobody gets this connection any more.
    pub(super) fn close(&mut self, epoch: u64) {
        if self.epoch == epoch {
            self.conn = None;
        }
    }

    /// The address may lead elsewhere than it did: whatever was opened before is not used again, unless somebody else has found that out since.
    pub(super) fn distrust(&mut self, trust: u64) {
        if self.distrusted == trust {
            self.distrusted += 1;
            self.conn = None;
        }
    }

    /// The node of this connection is no primary any more, or is set up otherwise.
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

    /// Why the server was refused a moment ago.
    pub(super) fn refused_lately(&self, now: Instant) -> Option<SetupError> {
        let (at, what) = self.refused.as_ref()?;
        (now.duration_since(*at) < PAUSE).then(|| SetupError::refused(what.as_str()))
    }

    /// Whether this connection is to be replaced now: one try in so long.
    pub(super) fn may_renew(&mut self, epoch: u64, now: Instant, patience: Duration) -> bool {
        let may = self.epoch == epoch && is_older(self.renewed_at, patience, now);
        if may {
            self.renewed_at = Some(now);
        }
        may
    }
}

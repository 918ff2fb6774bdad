//! What a host chooses of the store's connections.

use std::num::NonZeroU32;
use std::time::Duration;

use super::reader;

/// Connections that write and list, where the host names no number: more than a server of few cores can use at once.
const CONNECTIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
/// Where the host names no limit. A statement takes milliseconds.
const LIMIT: Duration = Duration::from_secs(5);
/// Below it a busy machine would be taken for a dead one.
const LEAST: Duration = Duration::from_millis(100);

/// How many connections a [`PgStore`](crate::PgStore) makes, how long it waits for them, and at which isolation they run.
///
/// ```
/// use counterfoil_sql::{Isolation, PgSetup};
///
/// let setup = PgSetup::default().connections(4.try_into()?).isolation(Isolation::Serializable);
/// assert_ne!(setup, PgSetup::default());
/// # Ok::<_, std::num::TryFromIntError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PgSetup {
    pub(super) connections: NonZeroU32,
    pub(super) isolation: Isolation,
    pub(super) connect_timeout: Duration,
    pub(super) statement_timeout: Duration,
}

/// The isolation of the store's statements, whatever the server's, the database's or the role's default is. The store's promises are the same at both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Isolation {
    /// Each statement decides on rows that it has locked.
    #[default]
    ReadCommitted,
    /// For hosts whose rules ask for it. A statement that the server rolls back for another's sake is repeated, so under a crowd it costs more.
    Serializable,
}

impl Default for PgSetup {
    /// 10 connections beside the two that read, READ COMMITTED, 5 s for a connection and for a statement.
    fn default() -> Self {
        Self {
            connections: CONNECTIONS,
            isolation: Isolation::default(),
            connect_timeout: LIMIT,
            statement_timeout: LIMIT,
        }
    }
}

impl PgSetup {
    /// At most so many connections for writes and lists. Two more read by id, for any number of callers: what waits is asked together. So server, database
    /// and role must allow this number and two, which is checked at start.
    #[must_use]
    pub const fn connections(mut self, connections: NonZeroU32) -> Self {
        self.connections = connections;
        self
    }

    /// How long a start waits for the server, and a call for a connection, before it is `Unavailable`. 5 s where it is not set, at least 100 ms.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit.max(LEAST);
        self
    }

    /// How long a statement may be under way. Then its connection is dropped, the call is `Unavailable`, a write with `maybe_done: true`, and a new connection is made. 5 s
    /// where it is not set, at least 100 ms; a census is given 12 times as long.
    #[must_use]
    pub fn statement_timeout(mut self, limit: Duration) -> Self {
        self.statement_timeout = limit.max(LEAST);
        self
    }

    /// How many connections there are at most.
    pub(super) fn all_connections(self) -> i64 {
        i64::from(self.connections.get()) + i64::from(reader::CONNECTIONS)
    }

    /// At that isolation.
    #[must_use]
    pub const fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = isolation;
        self
    }
}

impl Isolation {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ReadCommitted => "read committed",
            Self::Serializable => "serializable",
        }
    }
}

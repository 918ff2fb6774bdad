//! The host's settings of the store's connections.

use std::num::NonZeroU32;
use std::time::Duration;

use super::reader;

/// The default number of connections that write and list: more than a server with few cores can use at once.
const CONNECTIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
/// The default limit. A statement takes milliseconds.
const LIMIT: Duration = Duration::from_secs(5);
/// With a lower limit a busy machine would count as down.
const LEAST: Duration = Duration::from_millis(100);

/// How many connections a [`PgStore`](crate::PgStore) makes, how long it waits for them, and at which isolation they
/// run.
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

/// The isolation of the store's statements, whatever the defaults of server, database and role are. The store's
/// promises hold at both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Isolation {
    /// Each statement decides on rows that it has locked.
    #[default]
    ReadCommitted,
    /// For hosts whose rules demand it. Statements that the server rolls back are repeated, so it costs more under
    /// contention.
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
    /// The maximum number of connections for writes and lists. Two more serve all reads by id, which are sent together.
    /// Server, database and role must allow two more than this number; the start checks it.
    #[must_use]
    pub const fn connections(mut self, connections: NonZeroU32) -> Self {
        self.connections = connections;
        self
    }

    /// How long a start waits for the server, and a call for a connection before it is `Unavailable`. Default 5 s, at
    /// least 100 ms.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit.max(LEAST);
        self
    }

    /// How long a statement may take. After that its connection is replaced and the call is `Unavailable`, for a write
    /// with `maybe_done: true`. Default 5 s, at least 100 ms; a census may take 12 times as long.
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

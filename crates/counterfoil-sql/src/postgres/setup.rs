//! Settings of the store's connections that the host chooses.

use std::num::NonZeroU32;
use std::time::Duration;

use super::reader;

/// The default number of connections for writes and lists. A server with few cores cannot use more at the same time.
const CONNECTIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
/// The default time limit. A statement takes milliseconds.
const LIMIT: Duration = Duration::from_secs(5);
/// The smallest time limit. With less, a busy server would look unavailable.
const LEAST: Duration = Duration::from_millis(100);

/// How many connections a [`PgStore`](crate::PgStore) opens, how long it waits for them, and which isolation level they
/// use.
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

/// The isolation level of the store's statements. It overrides the defaults of server, database and role. The store's
/// promises hold at both levels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Isolation {
    /// Each statement decides on rows that it has locked.
    #[default]
    ReadCommitted,
    /// For hosts that must use this level. The store repeats statements that the server rolls back, so this level costs
    /// more under contention.
    Serializable,
}

impl Default for PgSetup {
    /// 10 connections in addition to the two for reads, READ COMMITTED, and 5 s for a connection and for a statement.
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
    /// The maximum number of connections for writes and lists. Two more connections serve all reads by id, which are
    /// sent together. Server, database and role must allow this number plus two; this is checked at the start.
    #[must_use]
    pub const fn connections(mut self, connections: NonZeroU32) -> Self {
        self.connections = connections;
        self
    }

    /// How long the store waits for the server at the start, and how long a call waits for a connection before it
    /// returns `Unavailable`. Default 5 s, at least 100 ms.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit.max(LEAST);
        self
    }

    /// How long a statement may take. After that its connection is replaced and the call returns `Unavailable`, for a
    /// write with `maybe_done: true`. Default 5 s, at least 100 ms; a census may take 12 times as long.
    #[must_use]
    pub fn statement_timeout(mut self, limit: Duration) -> Self {
        self.statement_timeout = limit.max(LEAST);
        self
    }

    /// The maximum number of all connections.
    pub(super) fn all_connections(self) -> i64 {
        i64::from(self.connections.get()) + i64::from(reader::CONNECTIONS)
    }

    /// Sets the isolation level.
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

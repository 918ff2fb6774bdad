//! The options of the store's connections that the host chooses.

use std::num::NonZeroU32;
use std::time::Duration;

use super::reader;

/// The default number of connections for writes and lists. A server with few cores cannot use more at the same time.
const CONNECTIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
/// The default time limit. A statement normally takes milliseconds.
const LIMIT: Duration = Duration::from_secs(5);
/// The smallest time limit. With a smaller one, a busy server would look unavailable.
const LEAST: Duration = Duration::from_millis(100);

/// Options for the connections of a [`PgStore`](crate::PgStore): their number, their time limits and their isolation
/// level.
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
    pub(super) migrates: bool,
}

/// The isolation level of the store's statements. It overrides the defaults of the server, the database and the role.
/// The store's guarantees are the same at both levels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Isolation {
    /// READ COMMITTED. Each statement decides on rows that it has locked.
    #[default]
    ReadCommitted,
    /// SERIALIZABLE, for hosts that must use it. The server rolls back more statements at this level, and the store
    /// repeats them. So this level is slower under contention.
    Serializable,
}

impl Default for PgSetup {
    /// The default is 10 connections for writes and lists, READ COMMITTED, and a time limit of 5 s both for a
    /// connection and for a statement.
    fn default() -> Self {
        Self {
            connections: CONNECTIONS,
            isolation: Isolation::default(),
            connect_timeout: LIMIT,
            statement_timeout: LIMIT,
            migrates: true,
        }
    }
}

impl PgSetup {
    /// Sets the maximum number of connections for writes and lists. Two more connections serve all reads by id. The
    /// server, the database and the role must allow this number plus two. The store checks this when it is opened.
    #[must_use]
    pub const fn connections(mut self, connections: NonZeroU32) -> Self {
        self.connections = connections;
        self
    }

    /// Sets how long opening the store waits for the server. Also sets how long a later call waits for a connection
    /// before it returns `Unavailable`. The default is 5 s, the minimum 100 ms.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit.max(LEAST);
        self
    }

    /// Sets how long a statement may take. After this time the store replaces the connection, and the call returns
    /// `Unavailable`. For a write the error has `maybe_done: true`. The default is 5 s, the minimum 100 ms. The limit
    /// of a census, which reads every record, is 12 times as long.
    #[must_use]
    pub fn statement_timeout(mut self, limit: Duration) -> Self {
        self.statement_timeout = limit.max(LEAST);
        self
    }

    /// Opens the store only if its schema is current. If the schema is missing or older, opening changes nothing and
    /// returns [`SetupError::Outdated`](crate::SetupError::Outdated). This suits a program that only reads.
    #[must_use]
    pub const fn without_migration(mut self) -> Self {
        self.migrates = false;
        self
    }

    /// The maximum number of connections, including the two for reads by id.
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

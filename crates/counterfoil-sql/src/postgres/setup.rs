//! What a host chooses of the store's connections.

use std::num::NonZeroU32;

/// Connections that write and list, where the host names no number: more than a server of few cores can use at once.
const CONNECTIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// How many connections a [`PgStore`](crate::PgStore) makes, and at which isolation they run.
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
    /// 10 connections beside the two that read, READ COMMITTED.
    fn default() -> Self {
        Self { connections: CONNECTIONS, isolation: Isolation::default() }
    }
}

impl PgSetup {
    /// At most so many connections for writes and lists. Two more read by id, for any number of callers: what waits is asked together.
    #[must_use]
    pub const fn connections(mut self, connections: NonZeroU32) -> Self {
        self.connections = connections;
        self
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

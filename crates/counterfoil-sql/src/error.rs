//! Errors: why a store cannot be opened, and how errors of the driver become errors of the store contract.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use counterfoil::store::StoreError;

/// Why a database was refused. The database is unchanged: a failed migration is rolled back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// SQLite in memory. Each connection of the store would have its own database. Use the core's `MemoryStore`
    /// instead.
    #[error("a database in memory is not supported: every connection would have one of its own")]
    InMemory,
    /// A newer version of this crate wrote the schema. This version does not know its rules.
    #[error("the schema is of version {found}, and this version of the crate knows {known}")]
    Newer {
        /// The version of the schema in the database.
        found: i64,
        /// The newest version that this crate knows.
        known: i64,
    },
    /// The schema is older or missing, and the role may not migrate it. Nothing was changed.
    #[error(
        "the schema is of version {found}, this crate needs {known}, and the role may not create: run `PgStore::migrate` as the schema's owner"
    )]
    Older {
        /// The version of the schema in the database; 0 if there is no schema.
        found: i64,
        /// The version that this crate needs.
        known: i64,
    },
    /// The server does not accept connections or does not answer.
    #[error("the server did not answer within {within:?}: check its address and what is in between")]
    NoAnswer {
        /// The limit that was set.
        within: std::time::Duration,
    },
    /// The set-up would break a promise of the store, for example with a collation that treats two different texts as
    /// equal.
    #[error("the set-up is refused: {what}")]
    Refused {
        /// What is wrong.
        what: String,
    },
    /// The database did not answer, or gave an unexpected answer.
    #[error("the database could not be set up")]
    Backend(#[from] sqlx::Error),
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl SetupError {
    pub(crate) fn refused(what: impl Into<String>) -> Self {
        Self::Refused { what: what.into() }
    }
}

/// The database did not execute the operation.
#[cfg(feature = "sqlite")]
pub(crate) fn not_done(op: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |source| unavailable(op, false, source)
}

/// The database may have executed the operation: its answer was lost, or the server stopped.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn unavailable(op: &'static str, maybe_done: bool, source: sqlx::Error) -> StoreError {
    StoreError::Unavailable { op, retry: passes(&source), maybe_done, source: Some(Box::new(source)) }
}

/// The error of a read that several callers shared.
#[cfg(feature = "postgres")]
pub(crate) fn unread(op: &'static str, source: std::sync::Arc<sqlx::Error>) -> StoreError {
    StoreError::Unavailable { op, retry: passes(&source), maybe_done: false, source: Some(Box::new(source)) }
}

/// Whether the same call may succeed a moment later. Network errors, a full pool, a full disk and a restart are
/// temporary. A missing table or privilege is not.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
fn passes(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else {
        return !matches!(
            error,
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Configuration(_) | sqlx::Error::PoolClosed
        );
    };
    let code = error.code().unwrap_or_default();
    if code.len() == 5 {
        // PostgreSQL: connection, resources, operator intervention, system error, lost races, and read-only servers.
        return ["08", "25006", "40", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class));
    }
    // SQLite: busy, locked, I/O, full, cannot open. The low byte is the primary code.
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xFF, 5 | 6 | 10 | 13 | 14))
}

//! The reasons why a store cannot be opened, and the conversion of the driver's errors to errors of the store contract.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use counterfoil::store::StoreError;

/// The reason why a store could not be opened. The stored data is unchanged, because a failed migration is rolled back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The database is SQLite in memory, where each connection of the store would have its own database. Use the core's
    /// `MemoryStore` instead.
    #[error("a database in memory is not supported: every connection would have one of its own")]
    InMemory,
    /// A newer version of this crate wrote the schema. This version of the crate cannot use that schema.
    #[error("the schema is of version {found}, and this version of the crate knows {known}")]
    Newer {
        /// The version of the schema in the database.
        found: i64,
        /// The newest version that this crate supports.
        known: i64,
    },
    /// The schema is missing or older than this crate needs, and the database role lacks a privilege to migrate it.
    /// Nothing was changed.
    #[error(
        "the schema is of version {found}, this crate needs {known}, and the role may not create: run `PgStore::migrate` as the schema's owner"
    )]
    Older {
        /// The version of the schema in the database. It is 0 if there is no schema.
        found: i64,
        /// The version that this crate needs.
        known: i64,
    },
    /// The schema is missing or older than this crate needs, and the store was opened with an option not to migrate.
    /// Nothing was changed.
    #[error("the schema is of version {found}, and this crate needs {known}")]
    Outdated {
        /// The version of the schema in the database. It is 0 if there is no schema.
        found: i64,
        /// The version that this crate needs.
        known: i64,
    },
    /// The server accepted no connection or did not answer within the time limit.
    #[error("the server did not answer within {within:?}: check its address and what is in between")]
    NoAnswer {
        /// The time limit that the server has exceeded.
        within: std::time::Duration,
    },
    /// The set-up of the database would violate a guarantee of the store. An example is a collation that treats two
    /// different texts as equal.
    #[error("the set-up is refused: {what}")]
    Refused {
        /// The problem with the set-up.
        what: String,
    },
    /// Another error of the database driver, for example because the connection failed or a statement was refused.
    #[error("the database could not be set up")]
    Backend(#[from] sqlx::Error),
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl SetupError {
    pub(crate) fn refused(what: impl Into<String>) -> Self {
        Self::Refused { what: what.into() }
    }
}

/// Makes the error of an operation that the database did not execute.
#[cfg(feature = "sqlite")]
pub(crate) fn not_done(op: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |source| unavailable(op, false, source)
}

/// Makes the error of an operation that failed with `source`. `maybe_done` says whether the database has possibly
/// executed the operation, for example because only the answer was lost.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) fn unavailable(op: &'static str, maybe_done: bool, source: sqlx::Error) -> StoreError {
    StoreError::Unavailable { op, retry: passes(&source), maybe_done, source: Some(Box::new(source)) }
}

/// Makes the error of a read whose result several callers share. A read changes nothing, so `maybe_done` is false.
#[cfg(feature = "postgres")]
pub(crate) fn unread(op: &'static str, source: std::sync::Arc<sqlx::Error>) -> StoreError {
    StoreError::Unavailable { op, retry: passes(&source), maybe_done: false, source: Some(Box::new(source)) }
}

/// Whether the same call could succeed if it is repeated a moment later. That is true for network errors, a full pool,
/// a full disk and a restart. It is false for a missing table or privilege.
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
        // These are PostgreSQL's classes for connections (08), lost races (40), resources (53), objects in the wrong
        // state (55), operator intervention (57) and system errors (58), and the code of a read-only server.
        return ["08", "25006", "40", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class));
    }
    // These are SQLite's codes for busy, locked, I/O, full and cannot open. The low byte of a code is the primary code.
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xFF, 5 | 6 | 10 | 13 | 14))
}

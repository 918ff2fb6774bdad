//! Errors: why a store could not be opened, and how errors of the Redis client become errors of the store contract.

use counterfoil::store::StoreError;
use redis::{ErrorKind, RedisError, ServerErrorKind};

/// Why a store could not be opened, or why a server was refused later. In the second case this error is the source of a
/// [`StoreError::Unavailable`]. Nothing was written to a refused server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The keys were written by a newer version of this crate, whose layout this one does not know.
    #[error("the layout is of version {found}, and this version of the crate knows {known}")]
    Newer {
        /// The version on the server.
        found: u64,
        /// The newest version that this crate knows.
        known: u64,
    },
    /// The set-up would break a promise of the store.
    #[error("the set-up is refused: {what}")]
    Refused {
        /// The reason.
        what: String,
    },
    /// The keys could not be upgraded from an older layout. Opening again continues the upgrade. Older versions of the
    /// crate can no longer open the store.
    #[error("the layout could not be upgraded: open again to go on")]
    Upgrade(#[from] StoreError),
    /// The server did not answer, or not as expected.
    #[error("the server could not be asked")]
    Backend(#[from] RedisError),
}

impl SetupError {
    pub(crate) fn refused(what: impl Into<String>) -> Self {
        Self::Refused { what: what.into() }
    }
}

/// The primary has the write, but too few replicas confirmed it in time. The write may still reach them, or be lost
/// with the primary.
///
/// In a store that [waits](crate::Waits), this is the source of a [`StoreError::Unavailable`] with `maybe_done: true`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reached} replicas of {wanted} have the write")]
#[non_exhaustive]
pub struct NotReplicated {
    /// How many replicas must confirm a write.
    pub wanted: u32,
    /// How many confirmed it in time.
    pub reached: u32,
}

/// A call that was not answered in time, or could not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Silence {
    #[error("no answer within the deadline")]
    Unanswered,
    #[error("no connection")]
    NoConnection,
    #[error("an answer of another shape than asked for")]
    Shape,
    #[error("lost to others too often")]
    Lost,
}

/// Whether the request may have been executed although it ended with that error. A cluster's client repeats requests by
/// itself, so the last error says nothing about earlier attempts.
pub(crate) fn maybe_done(error: &RedisError, repeats: bool) -> bool {
    repeats || !is_refusal(error)
}

/// Whether the server returns this error only before it starts a command, or before a script's first write.
fn is_refusal(error: &RedisError) -> bool {
    match error.kind() {
        ErrorKind::Server(kind) => !matches!(kind, ServerErrorKind::ResponseError | ServerErrorKind::ExecAbort),
        // Errors that the client knows only by their code: out of memory, too few good replicas, a failed snapshot, and
        // similar.
        ErrorKind::Extension | ErrorKind::AuthenticationFailed | ErrorKind::InvalidClientConfig => true,
        _ => false,
    }
}

/// Whether the same call may succeed a moment later. Network errors, a fail-over, full memory and a restart are
/// temporary. A missing right is permanent.
pub(crate) fn passes(error: &RedisError) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::Server(ServerErrorKind::NoPerm | ServerErrorKind::CrossSlot | ServerErrorKind::ResponseError)
            | ErrorKind::InvalidClientConfig
            | ErrorKind::UnexpectedReturnType
    )
}

/// Whether the connection is closed.
pub(crate) fn is_cut(error: &RedisError) -> bool {
    error.is_connection_dropped() || error.is_unrecoverable_error()
}

/// Whether the server does not know the script: it has forgotten its scripts, or never got this one.
pub(crate) fn is_unknown_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

/// The error of a call that failed.
pub(crate) fn unavailable(op: &'static str, maybe_done: bool, error: RedisError) -> StoreError {
    StoreError::Unavailable { op, retry: passes(&error), maybe_done, source: Some(Box::new(error)) }
}

/// The error of a call to a refused server. Nothing was changed.
pub(crate) fn refusal(op: &'static str, refused: SetupError) -> StoreError {
    match refused {
        SetupError::Backend(error) => unavailable(op, false, error),
        refused => StoreError::Unavailable { op, retry: true, maybe_done: false, source: Some(Box::new(refused)) },
    }
}

/// The error of a call without an answer.
pub(crate) fn silent(op: &'static str, maybe_done: bool, why: Silence) -> StoreError {
    StoreError::Unavailable { op, retry: true, maybe_done, source: Some(Box::new(why)) }
}

//! Errors: why a store could not be opened, and how the client's errors become errors of the contract.

use counterfoil::store::StoreError;
use redis::{ErrorKind, RedisError, ServerErrorKind};

/// Why opening a store refused a server. Nothing was written to that server. After opening, the same error is the
/// source of an `Unavailable`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The keys were written by a newer version of this crate, whose layout this one does not know.
    #[error("the layout is of version {found}, and this version of the crate knows {known}")]
    Newer {
        /// What is there.
        found: u64,
        /// What this crate knows.
        known: u64,
    },
    /// The set-up would break a promise of the store.
    #[error("the set-up is refused: {what}")]
    Refused {
        /// What is wrong.
        what: String,
    },
    /// The keys of an older layout could not be brought to this one. Opening again continues the upgrade; older
    /// versions of the crate can no longer open.
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

/// A write stands on the primary, but fewer replicas than demanded have said in time that they have it: what lies under
/// an `Unavailable` with `maybe_done: true` of a store that [waits](crate::Waits). It may still reach them, or be lost
/// with the primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reached} replicas of {wanted} have the write")]
#[non_exhaustive]
pub struct NotReplicated {
    /// How many were demanded.
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

/// Whether the request may have been executed although it ended in that error. A cluster's client repeats requests by
/// itself, so the last error proves nothing about earlier attempts.
pub(crate) fn maybe_done(error: &RedisError, repeats: bool) -> bool {
    repeats || !is_refusal(error)
}

/// An error that a server gives before it begins a command, or a script its first write.
fn is_refusal(error: &RedisError) -> bool {
    match error.kind() {
        ErrorKind::Server(kind) => !matches!(kind, ServerErrorKind::ResponseError | ServerErrorKind::ExecAbort),
        // Errors known by their code alone: out of memory, no good replicas, a snapshot that failed, and the like.
        ErrorKind::Extension | ErrorKind::AuthenticationFailed | ErrorKind::InvalidClientConfig => true,
        _ => false,
    }
}

/// Whether the same call may succeed in a moment: network errors, a fail-over, full memory and a restart pass; a
/// missing right does not.
pub(crate) fn passes(error: &RedisError) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::Server(ServerErrorKind::NoPerm | ServerErrorKind::CrossSlot | ServerErrorKind::ResponseError)
            | ErrorKind::InvalidClientConfig
            | ErrorKind::UnexpectedReturnType
    )
}

/// Whether the connection is no more.
pub(crate) fn is_cut(error: &RedisError) -> bool {
    error.is_connection_dropped() || error.is_unrecoverable_error()
}

/// The server has forgotten its scripts, or never saw this one.
pub(crate) fn is_unknown_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

/// What a failed call comes to.
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

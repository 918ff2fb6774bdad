//! The errors of opening a store, and the conversion of the Redis client's errors to errors of the store contract.

use counterfoil::store::StoreError;
use redis::{ErrorKind, RedisError, ServerErrorKind};

/// The reason why a store could not be opened, or why a server was refused while the store was in use. If the store was
/// in use, this error is the source of a [`StoreError::Unavailable`]. Nothing was written to a refused server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// A newer version of this crate wrote the keys, in a layout that this version does not know.
    #[error("the layout is of version {found}, and this version of the crate knows {known}")]
    Newer {
        /// The version of the layout on the server.
        found: u64,
        /// The newest version of the layout that this version of the crate knows.
        known: u64,
    },
    /// The layout is missing or older than this crate needs, and the store was opened with
    /// [`Options::without_upgrade`](crate::Options::without_upgrade). Nothing was changed.
    #[error("the layout is of version {found}, and this crate needs {known}")]
    Outdated {
        /// The version of the layout on the server. It is 0 if there is none.
        found: u64,
        /// The version that this crate needs.
        known: u64,
    },
    /// The server's configuration would break a guarantee of the store.
    #[error("the set-up is refused: {what}")]
    Refused {
        /// The description of the wrong configuration.
        what: String,
    },
    /// The upgrade of the keys from an older layout failed. Opening the store again continues the upgrade. Older
    /// versions of the crate can no longer open the store.
    #[error("the layout could not be upgraded: open again to go on")]
    Upgrade(#[from] StoreError),
    /// The server gave no answer or an unexpected answer.
    #[error("the server could not be asked")]
    Backend(#[from] RedisError),
}

impl SetupError {
    pub(crate) fn refused(what: impl Into<String>) -> Self {
        Self::Refused { what: what.into() }
    }
}

/// The error of a write that the primary has executed, but that too few replicas have confirmed in time. The replicas
/// can still receive the write later. If the primary fails before that, the write can be lost.
///
/// In a store that [waits for replicas](crate::Waits), this is the source of a [`StoreError::Unavailable`] with
/// `maybe_done: true`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reached} replicas of {wanted} have the write")]
#[non_exhaustive]
pub struct NotReplicated {
    /// The number of replicas that must confirm a write.
    pub wanted: u32,
    /// The number of replicas that confirmed the write in time.
    pub reached: u32,
}

/// Why a call has no usable answer from a server.
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

/// Whether the server has possibly executed a request that ended with `error`. `repeats` says that the client repeats
/// requests by itself, as the client for a cluster does. The result is then always true, because the error of the last
/// attempt says nothing about earlier attempts.
pub(crate) fn maybe_done(error: &RedisError, repeats: bool) -> bool {
    repeats || !is_refusal(error)
}

/// Whether this error proves that the server executed nothing, neither the command nor any write of a script.
fn is_refusal(error: &RedisError) -> bool {
    match error.kind() {
        ErrorKind::Server(kind) => !matches!(kind, ServerErrorKind::ResponseError | ServerErrorKind::ExecAbort),
        // The client reports many errors as `Extension`: full memory, too few good replicas, a failed snapshot, and
        // similar.
        ErrorKind::Extension | ErrorKind::AuthenticationFailed | ErrorKind::InvalidClientConfig => true,
        _ => false,
    }
}

/// Whether the same call could succeed if it is repeated a moment later. Network errors, a fail-over, full memory and a
/// restart are temporary. A missing right is not temporary.
pub(crate) fn passes(error: &RedisError) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::Server(ServerErrorKind::NoPerm | ServerErrorKind::CrossSlot | ServerErrorKind::ResponseError)
            | ErrorKind::InvalidClientConfig
            | ErrorKind::UnexpectedReturnType
    )
}

/// Whether the error means that the connection is closed.
pub(crate) fn is_cut(error: &RedisError) -> bool {
    error.is_connection_dropped() || error.is_unrecoverable_error()
}

/// Whether the error means that the server does not have the script, for example because it was restarted.
pub(crate) fn is_unknown_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

/// Returns the error for a call that the server answered with an error.
pub(crate) fn unavailable(op: &'static str, maybe_done: bool, error: RedisError) -> StoreError {
    StoreError::Unavailable { op, retry: passes(&error), maybe_done, source: Some(Box::new(error)) }
}

/// Returns the error for the call `op`, which was not sent because a check of the server failed. The check either
/// refused the role or the configuration of the server, or it could not be completed.
pub(crate) fn refusal(op: &'static str, refused: SetupError) -> StoreError {
    match refused {
        SetupError::Backend(error) => unavailable(op, false, error),
        refused => StoreError::Unavailable { op, retry: true, maybe_done: false, source: Some(Box::new(refused)) },
    }
}

/// Returns the error for a call that got no usable answer.
pub(crate) fn silent(op: &'static str, maybe_done: bool, why: Silence) -> StoreError {
    StoreError::Unavailable { op, retry: true, maybe_done, source: Some(Box::new(why)) }
}

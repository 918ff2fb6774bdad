//! The errors of a store. Conflicts, concurrent writes and missing records are results, not errors.

use std::error::Error;

use crate::types::ids::RecordId;

/// The error type in which a store passes on the original error of its backend.
pub type StoreSource = Box<dyn Error + Send + Sync>;

/// The store could not execute a call. Callers must not report this as "not found" or as success.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store cannot be reached at the moment.
    #[error("store is unavailable for {op}")]
    Unavailable {
        /// The name of the store method that was called, such as `insert`.
        op: &'static str,
        /// Whether the same call might succeed if it is retried shortly.
        retry: bool,
        /// Whether the call might have taken effect. It is true if the request might have been sent.
        maybe_done: bool,
        /// The backend's own error. `None` if there is none.
        #[source]
        source: Option<StoreSource>,
    },
    /// A row cannot be decoded, or contradicts itself.
    #[error("stored row is corrupt")]
    Corrupt {
        /// The id of the record that cannot be read. `None` if it is not known.
        id: Option<RecordId>,
        /// Why the row cannot be decoded, or in what it contradicts itself.
        #[source]
        source: StoreSource,
    },
    /// The request contradicts itself, which is a mistake of the caller. Nothing was read or written.
    #[error("{op} contradicts itself: {rule}")]
    Invalid {
        /// The name of the store method that was called, such as `insert`.
        op: &'static str,
        /// The rule that the request breaks, in English.
        rule: &'static str,
    },
    /// The configured backend does not support this call.
    #[error("{backend} does not support {op}")]
    Unsupported {
        /// The name of the store method that was called, such as `insert`.
        op: &'static str,
        /// The name of the backend that does not support the call.
        backend: &'static str,
    },
}

impl StoreError {
    /// Creates the error for a store that cannot be reached. The error says that nothing was sent, and that a retry
    /// might succeed.
    #[must_use]
    pub fn unavailable(op: &'static str) -> Self {
        Self::Unavailable { op, retry: true, maybe_done: false, source: None }
    }

    /// Creates the error for a request that breaks `rule`.
    #[must_use]
    pub const fn invalid(op: &'static str, rule: &'static str) -> Self {
        Self::Invalid { op, rule }
    }

    /// Creates the error for a corrupt row. `id` is the id of its record, if known.
    #[must_use]
    pub fn corrupt(id: Option<RecordId>, source: impl Into<StoreSource>) -> Self {
        Self::Corrupt { id, source: source.into() }
    }
}

//! The errors of a store. Conflicts, lost races and missing records are results, not errors.

use std::error::Error;

use crate::types::ids::RecordId;

/// The precise error of a backend.
pub type StoreSource = Box<dyn Error + Send + Sync>;

/// The store cannot answer. Callers must not report this as "not found" or as success.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store cannot be reached now.
    #[error("store is unavailable for {op}")]
    Unavailable {
        /// The method that was called.
        op: &'static str,
        /// Whether the same call may succeed shortly.
        retry: bool,
        /// Whether the call may have taken effect. True whenever the request may have been sent.
        maybe_done: bool,
        /// The backend's own error.
        #[source]
        source: Option<StoreSource>,
    },
    /// A row that does not decode or contradicts itself.
    #[error("stored row is corrupt")]
    Corrupt {
        /// The record, if known.
        id: Option<RecordId>,
        /// The decoding error.
        #[source]
        source: StoreSource,
    },
    /// The request contradicts itself, which is an error of the caller. Nothing was read or written.
    #[error("{op} contradicts itself: {rule}")]
    Invalid {
        /// The method that was called.
        op: &'static str,
        /// The broken rule.
        rule: &'static str,
    },
    /// The configured backend does not support this call.
    #[error("{backend} does not support {op}")]
    Unsupported {
        /// The method that was called.
        op: &'static str,
        /// The backend.
        backend: &'static str,
    },
}

impl StoreError {
    /// The store is unavailable, nothing was sent, and a retry may succeed.
    #[must_use]
    pub fn unavailable(op: &'static str) -> Self {
        Self::Unavailable { op, retry: true, maybe_done: false, source: None }
    }

    /// A request that contradicts itself.
    #[must_use]
    pub const fn invalid(op: &'static str, rule: &'static str) -> Self {
        Self::Invalid { op, rule }
    }

    /// A corrupt row.
    #[must_use]
    pub fn corrupt(id: Option<RecordId>, source: impl Into<StoreSource>) -> Self {
        Self::Corrupt { id, source: source.into() }
    }
}

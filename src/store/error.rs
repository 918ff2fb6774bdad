//! The errors of a store. Conflicts, lost races and absence are results, not errors.

use std::error::Error;

use crate::types::ids::RecordId;

/// The precise error of a backend.
pub type StoreSource = Box<dyn Error + Send + Sync>;

/// A store that cannot answer. Callers must not report it as "not found" or as success.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store is not reachable now.
    #[error("store is unavailable for {op}")]
    Unavailable {
        /// The method that was called.
        op: &'static str,
        /// Whether the same call may succeed shortly.
        retry: bool,
        /// Whether the call may have been carried out: true whenever the request may have been sent.
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
    /// The request contradicts itself: an error of the caller. Nothing was read or written.
    #[error("{op} contradicts itself: {rule}")]
    Invalid {
        /// The method that was called.
        op: &'static str,
        /// The broken rule.
        rule: &'static str,
    },
    /// The backend, as configured, does not support this.
    #[error("{backend} does not support {op}")]
    Unsupported {
        /// The method that was called.
        op: &'static str,
        /// The backend.
        backend: &'static str,
    },
}

impl StoreError {
    /// Unavailable, worth a retry, nothing sent.
    #[must_use]
    pub fn unavailable(op: &'static str) -> Self {
        Self::Unavailable { op, retry: true, maybe_done: false, source: None }
    }

    /// An invalid request.
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

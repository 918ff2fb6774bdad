//! What a store says when it cannot answer. Conflicts, lost races and absence are answers and no errors.

use std::error::Error;

use crate::types::ids::RecordId;

/// The precise error of a backend.
pub type StoreSource = Box<dyn Error + Send + Sync>;

/// A store that cannot answer. Never shown to a caller as "not found" or as a success.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store cannot be asked now.
    #[error("store is unavailable for {op}")]
    Unavailable {
        /// The method that was called.
        op: &'static str,
        /// Whether the same call may go through in a moment.
        retry: bool,
        /// Whether it may have been carried out all the same: true whenever the request may have been sent.
        maybe_done: bool,
        /// The backend's own error.
        #[source]
        source: Option<StoreSource>,
    },
    /// A row that cannot be decoded, or contradicts itself.
    #[error("stored row is corrupt")]
    Corrupt {
        /// Of which record, where that is known.
        id: Option<RecordId>,
        /// What is wrong with it.
        #[source]
        source: StoreSource,
    },
    /// The request contradicts itself: a mistake of the caller. Nothing was read or written.
    #[error("{op} contradicts itself: {rule}")]
    Invalid {
        /// The method that was called.
        op: &'static str,
        /// The rule that is broken.
        rule: &'static str,
    },
    /// The backend, as it is set up, cannot do this.
    #[error("{backend} does not support {op}")]
    Unsupported {
        /// The method that was called.
        op: &'static str,
        /// The backend.
        backend: &'static str,
    },
}

impl StoreError {
    /// Unavailable, worth another try, nothing sent.
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

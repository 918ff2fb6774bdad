//! The layer that authenticates.

pub(crate) mod future;
pub(crate) mod layer;
pub(crate) mod service;

//! The layer that authenticates requests.

pub(crate) mod future;
pub(crate) mod layer;
pub(crate) mod service;

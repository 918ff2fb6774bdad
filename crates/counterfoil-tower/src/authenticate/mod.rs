//! The layer that finds out who is calling.

pub(crate) mod future;
pub(crate) mod layer;
pub(crate) mod service;

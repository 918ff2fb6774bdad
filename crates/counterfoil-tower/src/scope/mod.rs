//! The layer that requires a scope.

pub(crate) mod future;
pub(crate) mod layer;
pub(crate) mod needed;
pub(crate) mod service;

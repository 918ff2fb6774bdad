//! The middleware that requires a scope.

pub(crate) mod service;
pub(crate) mod transform;

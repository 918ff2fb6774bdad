//! The middleware that asks for a scope.

pub(crate) mod service;
pub(crate) mod transform;

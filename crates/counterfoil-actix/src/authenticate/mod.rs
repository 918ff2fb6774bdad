//! The middleware that finds out who is calling.

pub(crate) mod service;
pub(crate) mod transform;

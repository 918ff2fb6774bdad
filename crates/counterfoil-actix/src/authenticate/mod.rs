//! The middleware that authenticates requests.

pub(crate) mod service;
pub(crate) mod transform;

//! Servers to throw away.

pub mod redis;

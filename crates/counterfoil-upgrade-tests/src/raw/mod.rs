//! Dumps and restores databases directly, not through the stores.

pub(crate) mod packed;
pub(crate) mod postgres;
pub(crate) mod redis;
pub(crate) mod sqlite;

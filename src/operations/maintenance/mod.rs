//! Operations that a host calls at its start and from its own loop.

pub(crate) mod flush;
pub(crate) mod keys;
mod pauses;
pub(crate) mod purge;
pub(crate) mod run;
pub(crate) mod start;

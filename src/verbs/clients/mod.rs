//! Clients: listed, registered, changed, given new secrets, removed. Only administrators do.

pub(crate) mod change;
pub(crate) mod list;
pub(crate) mod register;
mod rules;
mod secrets;
pub(crate) mod see;

/// How often a lost race is decided anew.
const TURNS: usize = 8;

//! Clients: only administrators manage them.

pub(crate) mod change;
mod get;
mod list;
pub(crate) mod register;
mod rules;
mod secrets;

/// How often a lost race is decided again.
const TURNS: usize = 8;

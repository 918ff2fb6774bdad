//! Clients: only administrators manage them.

mod get;
mod list;
pub(crate) mod register;
mod rules;
mod secrets;
pub(crate) mod update;

/// How often a lost race is decided again.
const TURNS: usize = 8;

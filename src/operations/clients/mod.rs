//! Management of clients. Only for administrators.

mod get;
mod list;
pub(crate) mod register;
mod rules;
mod secrets;
pub(crate) mod update;

/// How often a change of a client is attempted if other writes win every time.
const TURNS: usize = 8;

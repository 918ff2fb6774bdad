//! Management of clients. Only for administrators.

mod get;
mod list;
pub(crate) mod register;
mod rules;
mod secrets;
pub(crate) mod update;

/// How many times a change of a client is tried. An attempt fails if another write to the same client came first. After
/// this number of failed attempts the change returns an error.
const TURNS: usize = 8;

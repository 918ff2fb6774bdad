//! Management of clients. Only for administrators.

mod get;
mod list;
pub(crate) mod register;
mod rules;
mod secrets;
pub(crate) mod update;

/// The largest number of attempts to change a client. The change fails if another write comes first each time.
const TURNS: usize = 8;

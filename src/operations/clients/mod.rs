//! Management of clients, for administrators and the host.

mod get;
mod list;
pub(crate) mod register;
mod rules;
mod secrets;
pub(crate) mod update;

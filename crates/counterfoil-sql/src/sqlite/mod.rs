//! SQLite: one file, one writer, a few readers.
//!
//! Every write is one transaction. It begins with `BEGIN IMMEDIATE` on the only writing connection, reads everything
//! that it needs, and then writes, like the memory store under its lock. Reads have their own connections and see
//! committed data.

mod apply;
mod bounds;
#[cfg(test)]
mod bounds_tests;
mod clients;
mod file;
mod insert;
mod list;
mod log;
mod notice;
mod purge;
mod read;
mod revoke;
mod rotate;
mod schema;
mod settings;
mod sql;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod throttle;
mod throttle_sql;
mod transfer;
mod write;

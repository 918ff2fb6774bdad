//! SQLite: one file, one writer, a few readers.
//!
//! Every write is one transaction, begun with `BEGIN IMMEDIATE` on the one writing connection. It reads everything
//! first and then writes, as the store in memory does under its lock. Reads have connections of their own, which see
//! what is committed.

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

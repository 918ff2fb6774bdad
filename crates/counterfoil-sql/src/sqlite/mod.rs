//! The SQLite store. It has one file, one connection for writes, and a few connections for reads.
//!
//! Every write runs in a transaction that begins with `BEGIN IMMEDIATE` on the only connection for writes. A touch or a
//! purge of many records has several such transactions. A transaction reads everything that it needs, and then writes.
//! So transactions run one after another. A read that is not part of a write uses another connection and sees committed
//! data.

mod aliases;
mod apply;
mod bounds;
#[cfg(test)]
mod bounds_tests;
mod clients;
mod file;
mod insert;
mod list;
mod log;
mod narrowings;
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

//! The ports in memory: for tests, examples, and hosts whose credentials may die with the process.
//!
//! Reads by id take no lock (`table`); one mutex over the indexes (`books`) serialises all writes (`write` and the
//! rooms named for the verbs).

mod apply;
mod books;
mod clients;
pub(crate) mod directory;
#[cfg(test)]
mod fixtures;
mod insert;
mod list;
mod notice;
mod people;
mod purge;
#[cfg(test)]
mod races;
mod revoke;
mod rotate;
mod settings;
pub(crate) mod store;
mod table;
mod throttle;
mod write;

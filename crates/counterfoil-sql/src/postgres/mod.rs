//! PostgreSQL: every write is one autocommitted statement.
//!
//! The driver forgets a cancelled BEGIN and hands its connection on inside an open transaction, so a future that a caller can drop never opens a transaction. What may
//! race is decided on locked rows (`sql.rs` says how); where a statement wrote nothing, one more read says why.

mod apply;
mod ask;
#[cfg(test)]
mod bounds_tests;
mod clients;
mod connection;
mod insert;
mod list;
mod notice;
mod pool;
mod purge;
mod reader;
mod revoke;
mod rotate;
mod schema;
mod search_path;
mod settings;
pub(crate) mod setup;
mod sql;
mod start;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod throttle;
mod throttle_sql;

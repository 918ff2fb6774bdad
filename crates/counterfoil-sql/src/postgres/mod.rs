//! The PostgreSQL store. Each statement that writes is committed on its own (autocommit).
//!
//! If a caller drops a future during BEGIN, the driver does not notice that a transaction is open, and uses the
//! connection again. Therefore a future that a caller can drop never opens a transaction. A decision that could race
//! with another one is made on locked rows (see `sql.rs`). If a statement wrote nothing, a second read finds the
//! reason.

mod aliases;
mod apply;
mod ask;
#[cfg(test)]
mod bounds_tests;
mod clients;
mod connection;
mod insert;
mod list;
mod narrowings;
mod notice;
mod pool;
mod position;
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
mod transfer;

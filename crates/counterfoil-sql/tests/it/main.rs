//! Tests of the SQLite and PostgreSQL stores: the store contract, properties of a server or a file that the contract
//! does not cover, several processes, and upgrades. `postgres_failover.rs` measures durations, so it runs in a separate
//! process.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod postgres_processes;
#[cfg(feature = "postgres")]
mod postgres_server;
#[cfg(feature = "postgres")]
mod postgres_start;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "sqlite")]
mod sqlite_file;
#[cfg(feature = "sqlite")]
mod sqlite_processes;
#[path = "../support/mod.rs"]
mod support;
mod upgrade;

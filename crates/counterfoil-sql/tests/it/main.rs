//! Tests of the SQLite and PostgreSQL stores. They run the store contract. They also test what the contract does not
//! cover: upgrades, several processes on one store, and properties of the server or the file. `postgres_failover.rs`
//! measures durations, so it is a separate test binary.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod families;
mod inventory;
mod leaks;
mod narrowings;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod postgres_processes;
#[cfg(feature = "postgres")]
mod postgres_server;
#[cfg(feature = "postgres")]
mod postgres_start;
mod renewals;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "sqlite")]
mod sqlite_file;
#[cfg(feature = "sqlite")]
mod sqlite_processes;
#[path = "../support/mod.rs"]
mod support;
mod upgrade;

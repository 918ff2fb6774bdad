//! The stores on SQLite and PostgreSQL: the contract, what a server or a file does beyond it, processes, and upgrades.
//! `postgres_failover.rs` measures durations and has a process of its own.
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

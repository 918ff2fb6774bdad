//! The store on Redis and Valkey, single node and cluster: the contract, what a server does beyond it, processes, a killed
//! primary, and upgrades. `demotion.rs` and `silence.rs` measure durations and have a process each.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod bounds;
mod cluster;
mod failover;
mod full;
mod pages;
mod processes;
mod redis;
mod rights;
mod server;
#[path = "../support/mod.rs"]
mod support;
mod upgrade;
mod valkey;

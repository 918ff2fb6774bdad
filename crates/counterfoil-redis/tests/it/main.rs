//! Tests the store on Redis and Valkey, on a single node and on a cluster: the store contract, other behaviour of
//! servers, several processes, a killed primary, and upgrades. `demotion.rs` and `silence.rs` measure durations, so
//! each of them is a separate test binary.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod bounds;
mod cluster;
mod configuration;
mod details;
mod failover;
mod families;
mod full;
mod inventory;
mod leaks;
mod narrowing_log;
mod pages;
mod processes;
mod redis;
mod renewals;
mod rights;
mod server;
#[path = "../support/mod.rs"]
mod support;
mod upgrade;
mod valkey;

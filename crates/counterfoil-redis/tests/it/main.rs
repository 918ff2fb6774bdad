//! The store on Redis and Valkey, single node and cluster: the store contract, behaviour of servers beyond it, several
//! processes, a killed primary, and upgrades. `demotion.rs` and `silence.rs` measure durations, so each is a test
//! binary of its own.
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

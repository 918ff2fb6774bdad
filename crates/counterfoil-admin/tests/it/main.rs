//! Runs the built tool as a process, on real stores.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod arguments;
mod copying;
mod credentials;
mod keys;
mod policy_effects;
mod tool;
mod unchanged;

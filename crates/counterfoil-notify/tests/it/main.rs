//! Tests the notice worker in one process. The tests with several processes are in `tests/fleet`.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod gathering;
mod leaks;
mod mail;
mod support;
mod trouble;
mod upkeep;
mod worker;

//! The tests of the notice worker, in one binary. Those of a fleet of processes are beside it.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod gathering;
mod mail;
mod support;
mod trouble;
mod upkeep;
mod worker;

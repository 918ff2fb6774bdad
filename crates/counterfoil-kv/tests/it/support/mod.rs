//! Helpers that the tests share. They include databases of each engine as fixtures of the conformance suite.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(unreachable_pub, reason = "each test binary has a copy")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what is wrong by panicking")]

pub mod bases;
#[path = "../../../../counterfoil-sql/tests/support/canary.rs"]
pub mod canary;
pub mod counted;
pub mod halting;
#[path = "../../../../counterfoil-sql/tests/support/host.rs"]
pub mod host;
#[path = "../../../../counterfoil-sql/tests/support/inventory.rs"]
pub mod inventory;
#[path = "../../../../counterfoil-sql/tests/support/leaks.rs"]
pub mod leaks;
pub mod meddling;

use std::io::Write as _;

/// Writes to standard error in a way that the test harness does not capture, so that the counts are always visible.
pub fn say(what: impl std::fmt::Display) {
    let _nobody_reads = writeln!(std::io::stderr(), "{what}");
}

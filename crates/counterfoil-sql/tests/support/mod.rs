//! Helpers that the tests share. They include one runtime for all tests of a binary.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(unreachable_pub, reason = "each test binary has a copy")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what is wrong by panicking")]

pub mod canary;
#[cfg(feature = "sqlite")]
pub mod files;
pub mod host;
pub mod inventory;
pub mod leaks;
pub mod lost;
pub mod narrowings;
#[cfg(feature = "postgres")]
pub mod schemas;

use std::io::Write as _;
use std::sync::LazyLock;

use counterfoil_conformance::scale;
use tokio::runtime::Runtime;

/// The runtime for all tests of a binary.
pub static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
});

/// Writes a line to standard error in a way that the test harness does not capture, so that it is visible even if the
/// test passes.
pub fn say(what: impl std::fmt::Display) {
    let _nobody_reads = writeln!(std::io::stderr(), "{what}");
}

/// How often a test kills a process: 5 times, or 166 times with `COUNTERFOIL_SCALE=soak`.
pub fn kills() -> u16 {
    u16::try_from((scale().rounds / 60).max(3)).expect("few")
}

//! Support for the tests: one runtime, the backends and helpers.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(unreachable_pub, reason = "each test binary has a copy")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what is wrong by panicking")]

pub mod backend;
pub mod canary;
pub mod fixture;
#[path = "../../../counterfoil-sql/tests/support/inventory.rs"]
pub mod inventory;
#[path = "../../../counterfoil-sql/tests/support/leaks.rs"]
pub mod leaks;
pub mod monitor;
pub mod pair;
pub mod proxy;

use std::sync::LazyLock;

use tokio::runtime::Runtime;

/// The runtime that all tests of a binary use.
pub static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
});

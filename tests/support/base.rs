//! The store that the tests of operations run on. Here it is the store in memory. The crate `counterfoil-life-tests`
//! includes the same tests with a module of this name that opens other stores.

#![allow(unreachable_pub, unused_imports, reason = "each binary uses its own part")]

pub use counterfoil::memory::MemoryStore as Base;
pub use futures_executor::block_on;

/// Returns the number of cases of a property. Here it is the number that the test names.
#[allow(dead_code, reason = "only some binaries have properties")]
pub const fn cases(cases: u32) -> u32 {
    cases
}

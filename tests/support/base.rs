//! The store that the tests of operations run on. Here it is the store in memory. The crate `counterfoil-life-tests`
//! includes the same tests with a module of this name that opens other stores.

#![allow(unreachable_pub, unused_imports, reason = "each binary uses its own part")]

pub use counterfoil::memory::MemoryStore as Base;
pub use futures_executor::block_on;

//! Parts that the benches share: a comparison of the call rates of two implementations, and rows to fill a store.
#![allow(dead_code, unreachable_pub, reason = "each bench uses its part")]

pub mod measure;
pub mod ours;
pub mod rows;

#[path = "../../tests/support/host.rs"]
pub mod host;

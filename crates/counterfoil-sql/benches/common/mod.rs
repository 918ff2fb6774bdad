//! Code that the benches share. It compares the call rates of two implementations, and makes rows to fill a store.
#![allow(dead_code, unreachable_pub, reason = "each bench uses its part")]

pub mod measure;
pub mod ours;
pub mod rows;

#[path = "../../tests/support/host.rs"]
pub mod host;

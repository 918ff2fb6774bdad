//! What the benches share: rates of two ways to do the same, by turns in one run, and rows to fill a store with.
#![allow(dead_code, unreachable_pub, reason = "each bench uses its part")]

pub mod measure;
pub mod ours;
pub mod rows;

#[path = "../../tests/support/host.rs"]
pub mod host;

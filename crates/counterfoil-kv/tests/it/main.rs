//! The tests of the key-value store, in one binary.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod answers;
mod bounds;
mod contract;
mod details;
mod families;
mod files;
mod interleavings;
mod inventory;
mod leaks;
mod renewals;
mod support;
mod versions;

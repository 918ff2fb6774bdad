//! Tests the copy between all stores, in one test binary.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod clauses;
mod details;
mod interrupted;
mod refused;
mod round_trip;
mod service_accounts;
mod stores;
mod tokens;

//! Tests a resource server and an authorization server that communicate over HTTP on this machine. The tests set the
//! clock.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod answers;
mod cache;
mod coalescing;
mod layers;
mod outages;
mod setup;
mod support;
mod verification;

//! A resource server and an authorization server that talk over HTTP on this machine, by a clock that is moved by hand.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod answers;
mod cache;
mod coalescing;
mod layers;
mod outages;
mod setup;
mod support;
mod verification;

//! Tests of the endpoints without a framework, in memory and behind a plain hyper server.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test says what is wrong by panicking")]
#![allow(unreachable_pub, reason = "modules of one test binary")]

mod allowed_sources;
mod bodies;
mod credentials;
#[cfg(feature = "openapi")]
mod described;
mod endpoints;
mod leaks;
mod oauth;
mod problems;
mod routes;
mod sign_ins;
mod support;

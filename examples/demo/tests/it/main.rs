//! Tests the demo as a process: its console in browsers, third-party clients, malformed HTTP, load, policies, starts
//! and sign-ins.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test says what is wrong by panicking")]
#![allow(unreachable_pub, reason = "modules of one test binary")]

mod clients;
mod console;
mod corpus;
mod load;
mod profiles;
mod sessions;
mod start;
mod support;
mod throttle;

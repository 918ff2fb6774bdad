//! Tests the layers, the OAuth endpoints, the API and the console. Requests and responses are HTTP, but no socket is
//! used.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test says what is wrong by panicking")]
#![allow(unreachable_pub, reason = "modules of one test binary")]

mod api;
#[cfg(feature = "console")]
mod busy_retry;
#[cfg(feature = "console")]
mod console;
mod grpc;
mod layer;
mod oauth;
#[cfg(feature = "console")]
mod session;
mod support;

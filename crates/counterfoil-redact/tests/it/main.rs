//! Tests of the redactor, of its writer, and of its writer for `tracing-subscriber`.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod log;
mod splits;
mod support;
mod texts;
mod writer;

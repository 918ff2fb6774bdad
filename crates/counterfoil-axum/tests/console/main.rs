//! The console without a browser: what only a clock, another transport or a raw request can show. The pages in a browser are the demo's tests.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test says what is wrong by panicking")]
#![allow(unreachable_pub, reason = "rooms of a test")]

mod browser;
mod edits;
mod fields;
mod forms;
mod limits;
mod lists;
mod names;
mod once;
mod pages;
mod policies;
mod proofs;
mod returns;
mod scopes;
mod sessions;
mod settings;
mod sources;
mod summaries;
#[path = "../support/mod.rs"]
mod support;

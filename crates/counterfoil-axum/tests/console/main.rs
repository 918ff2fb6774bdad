//! The console without a browser: tests that need a manual clock, another transport or raw requests. The demo's tests
//! use a browser.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test says what is wrong by panicking")]
#![allow(unreachable_pub, reason = "rooms of a test")]

mod browser;
mod edits;
mod fields;
mod form_numbers;
mod forms;
mod limits;
mod lists;
mod names;
mod pages;
mod policies;
mod reauthentication;
mod returns;
mod scopes;
mod sessions;
mod settings;
mod sources;
mod summaries;
#[path = "../support/mod.rs"]
mod support;

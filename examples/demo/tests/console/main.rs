//! The console in a browser, in both languages: every action of its pages, what an attacker tries, and how the pages look. `.ci/servers` installs the
//! browser, `.ci/clients` the accessibility checker. Pictures are kept in `target/console-screenshots`.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test says what is wrong by panicking")]
#![allow(unreachable_pub, reason = "rooms of one test binary")]

#[path = "../support/mod.rs"]
mod support;

mod clients;
mod codes;
mod csrf;
mod desk;
mod events;
mod faults;
mod headers;
mod injection;
mod keyboard;
mod looks;
mod profile;
mod secrets;
mod session;
mod settings;
mod sign_in;
mod tokens;
mod users;
mod visitor;

//! Tests of the suite itself. The suite must accept correct stores, and reject stores with a deliberate flaw.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod broken;
mod broken_clients;
mod broken_demotions;
mod broken_logs;
mod broken_shows;
mod broken_sibling_values;
mod broken_siblings;
mod broken_stores;
mod broken_throttles;
mod broken_transfers;
mod forward;
mod methods;
mod reference_store;
mod siblings;
mod third_party;
mod throttles;
mod transfers;
mod turn;

//! Tests all operations of credentials through `Counterfoil`, with the stores in memory. Each module tests one subject.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

#[path = "../support/base.rs"]
mod base;
#[path = "../support/mod.rs"]
mod support;

mod allowed_sources;
mod at_once;
mod attempts;
mod authenticate;
mod authority;
mod bad_input;
mod ceilings;
mod checked_directory;
mod client_credentials;
mod client_naming;
mod clients;
mod clock_doubt;
mod directory;
mod ending;
mod gates;
mod hosts_tests;
mod import;
mod inventory;
mod key_checks;
mod last_use;
mod leaks;
mod lists;
mod logins;
mod lost_races;
mod made_room;
mod metadata;
mod notice_arming;
mod notices;
mod once;
mod outages;
mod personal_access_tokens;
mod policy_report;
mod presets;
mod rearming;
mod refresh_grant;
mod renewal;
mod revocation;
mod rotation;
mod service_account_notices;
mod service_accounts;
mod sessions;
mod settings;
mod sign_ins;
mod sources;
mod throttling;
mod token_details;
mod token_endpoint;
mod token_extension;
mod token_renewal;
mod trouble;
mod upkeep;
mod users;
mod valid_since;
mod verification;

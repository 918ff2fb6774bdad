//! The tests of operations in `tests/life` of the core, on the stores that keep their data outside the process. The
//! environment variable `COUNTERFOIL_LIFE_STORE` names the kind of store: see `base/kind.rs`. `.ci/lanes` runs this
//! binary once for each kind.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod base;
mod coverage;
#[path = "../../../../tests/support/mod.rs"]
mod support;

#[path = "../../../../tests/life/allowed_sources/mod.rs"]
mod allowed_sources;
#[path = "../../../../tests/life/authenticate.rs"]
mod authenticate;
#[path = "../../../../tests/life/ceilings.rs"]
mod ceilings;
#[path = "../../../../tests/life/checked_directory.rs"]
mod checked_directory;
#[path = "../../../../tests/life/client_credentials.rs"]
mod client_credentials;
#[path = "../../../../tests/life/client_naming.rs"]
mod client_naming;
#[path = "../../../../tests/life/clients.rs"]
mod clients;
#[path = "../../../../tests/life/directory.rs"]
mod directory;
#[path = "../../../../tests/life/ending.rs"]
mod ending;
#[path = "../../../../tests/life/gates.rs"]
mod gates;
#[path = "../../../../tests/life/import/mod.rs"]
mod import;
#[path = "../../../../tests/life/inventory/mod.rs"]
mod inventory;
#[path = "../../../../tests/life/key_checks.rs"]
mod key_checks;
#[path = "../../../../tests/life/last_use.rs"]
mod last_use;
#[path = "../../../../tests/life/leaks/mod.rs"]
mod leaks;
#[path = "../../../../tests/life/lists.rs"]
mod lists;
#[path = "../../../../tests/life/logins.rs"]
mod logins;
#[path = "../../../../tests/life/lost_races.rs"]
mod lost_races;
#[path = "../../../../tests/life/made_room.rs"]
mod made_room;
#[path = "../../../../tests/life/metadata.rs"]
mod metadata;
#[path = "../../../../tests/life/notice_arming.rs"]
mod notice_arming;
#[path = "../../../../tests/life/notices.rs"]
mod notices;
#[path = "../../../../tests/life/once.rs"]
mod once;
#[path = "../../../../tests/life/outages.rs"]
mod outages;
#[path = "../../../../tests/life/personal_access_tokens.rs"]
mod personal_access_tokens;
#[path = "../../../../tests/life/policy_report/mod.rs"]
mod policy_report;
#[path = "../../../../tests/life/presets.rs"]
mod presets;
#[path = "../../../../tests/life/rearming.rs"]
mod rearming;
#[path = "../../../../tests/life/refresh_grant.rs"]
mod refresh_grant;
#[path = "../../../../tests/life/renewal.rs"]
mod renewal;
#[path = "../../../../tests/life/revocation.rs"]
mod revocation;
#[path = "../../../../tests/life/rotation.rs"]
mod rotation;
#[path = "../../../../tests/life/service_account_notices.rs"]
mod service_account_notices;
#[path = "../../../../tests/life/service_accounts/mod.rs"]
mod service_accounts;
#[path = "../../../../tests/life/sessions.rs"]
mod sessions;
#[path = "../../../../tests/life/settings.rs"]
mod settings;
#[path = "../../../../tests/life/sign_ins.rs"]
mod sign_ins;
#[path = "../../../../tests/life/sources.rs"]
mod sources;
#[path = "../../../../tests/life/throttling.rs"]
mod throttling;
#[path = "../../../../tests/life/token_details.rs"]
mod token_details;
#[path = "../../../../tests/life/token_endpoint.rs"]
mod token_endpoint;
#[path = "../../../../tests/life/token_extension.rs"]
mod token_extension;
#[path = "../../../../tests/life/token_renewal.rs"]
mod token_renewal;
#[path = "../../../../tests/life/trouble.rs"]
mod trouble;
#[path = "../../../../tests/life/upkeep.rs"]
mod upkeep;
#[path = "../../../../tests/life/users.rs"]
mod users;
#[path = "../../../../tests/life/valid_since.rs"]
mod valid_since;
#[path = "../../../../tests/life/verification.rs"]
mod verification;

//! Tests the console without a real browser. These tests need a clock that they can set, another transport, or requests
//! that no browser sends. The tests of the demo use a real browser.

mod browser;
mod ceilings;
mod edits;
mod fields;
mod form_numbers;
mod forms;
mod inventory;
mod limits;
mod lists;
mod names;
mod networks;
mod pages;
mod parts;
mod policies;
mod reauthentication;
mod returns;
mod scopes;
mod service_accounts;
mod sessions;
mod settings;
mod sign_ins;
mod slow_forms;
mod sources;
mod summaries;
mod token_edits;
mod token_renewal;

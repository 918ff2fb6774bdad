//! Tests the console without a real browser. These tests need a manual clock, another transport or raw requests. The
//! tests of the demo use a real browser.

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

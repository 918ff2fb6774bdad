//! The console without a browser: tests that need a manual clock, another transport or raw requests. The demo's tests
//! use a browser.

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

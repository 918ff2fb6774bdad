//! Tests the console in a browser, in both languages: all actions, attacks, and the look of the pages. `.ci/servers`
//! installs the browser, and `.ci/clients` installs the accessibility checker. Screenshots are kept in
//! `target/console-screenshots`.

mod clients;
mod codes;
mod csrf;
mod events;
mod faults;
mod fixture;
mod headers;
mod http_client;
mod injection;
mod inventory;
mod keyboard;
mod looks;
mod profile;
mod secrets;
mod session;
mod settings;
mod sign_in;
mod tokens;
mod users;

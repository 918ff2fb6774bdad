//! Tests that the present crates can open and use the databases that an earlier version wrote.

mod beside;
mod details;
mod ends;
mod kinds;
mod limits;
mod notices;
mod opened;
mod personal_access_tokens;
mod sessions_and_codes;
mod settings;
mod sign_ins;
mod support;

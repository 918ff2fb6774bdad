//! Opens the databases that an earlier version wrote with the present crates.

mod beside;
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

//! The pages, one room for each section.

mod asking;
pub(crate) mod client_edit;
pub(crate) mod clients;
pub(crate) mod code_edit;
pub(crate) mod codes;
mod confirm;
mod emptiness;
pub(crate) mod events;
pub(crate) mod languages;
mod listing;
mod people;
pub(crate) mod profile;
mod rows;
mod scopes;
mod secret;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod signature;
pub(crate) mod tokens;
pub(crate) mod users;

use std::num::NonZeroU32;

/// Rows of a page.
const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(49);

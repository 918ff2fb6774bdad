//! The pages of the console. Each section has its own module.

mod account_names;
mod allowed_sources;
pub(crate) mod clients;
mod confirmation;
pub(crate) mod credentials;
mod empty_list;
pub(crate) mod events;
pub(crate) mod languages;
mod list;
mod password_page;
pub(crate) mod personal_access_tokens;
pub(crate) mod profile;
pub(crate) mod revocation;
mod scopes;
mod secret_page;
pub(crate) mod security_codes;
pub(crate) mod service_accounts;
pub(crate) mod sessions;
pub(crate) mod settings;
mod sign_in_row;
pub(crate) mod sign_ins;
pub(crate) mod signature;
mod table_rows;
pub(crate) mod token_forms;
mod user_credentials;
pub(crate) mod user_sign_ins;
pub(crate) mod users;

use std::num::NonZeroU32;

/// The maximum number of rows on a page.
const PAGE_SIZE: NonZeroU32 = NonZeroU32::MIN.saturating_add(49);

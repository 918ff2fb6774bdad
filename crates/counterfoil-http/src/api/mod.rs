//! The JSON API that manages credentials. A host mounts it under a path of its choice. Each part can be mounted alone
//! and authenticates its own requests.

mod allowed_sources;
mod call;
mod client_body;
mod client_view;
pub(crate) mod clients;
mod credential_query;
mod credential_row;
pub(crate) mod credentials;
pub(crate) mod handler;
mod location;
#[cfg(feature = "openapi")]
mod page_params;
mod paths;
pub(crate) mod personal_access_tokens;
pub(crate) mod request;
mod revocation;
#[cfg(feature = "openapi")]
pub(crate) mod schema;
pub(crate) mod security_codes;
mod service_account_body;
pub(crate) mod service_accounts;
#[cfg(feature = "openapi")]
mod setting_schemas;
pub(crate) mod settings;
mod sign_in_view;
pub(crate) mod sign_ins;
mod token_body;
mod user_sign_ins;
pub(crate) mod users;
mod view;

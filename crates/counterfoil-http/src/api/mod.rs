//! The JSON API for credentials, which a host mounts under a path of its choice. Each part of it can be mounted alone
//! and brings its own authentication.

mod call;
mod client_body;
mod client_view;
pub(crate) mod clients;
pub(crate) mod handler;
mod location;
mod paths;
pub(crate) mod personal_access_tokens;
mod request;
#[cfg(feature = "openapi")]
pub(crate) mod schema;
pub(crate) mod security_codes;
#[cfg(feature = "openapi")]
mod setting_schemas;
pub(crate) mod settings;
pub(crate) mod users;
mod view;

#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod adapter;
mod api;
mod body;
mod busy_retry;
mod csv;
mod cursor;
mod endpoint;
mod endpoints;
mod host;
mod json;
mod leaks;
mod loopback;
mod oauth;
#[cfg(feature = "openapi")]
mod openapi;
mod path;
mod problem;
mod proxies;
mod query;
mod read_body;
pub mod request;
mod rfc3339;
mod secret_body;
mod service;
mod source;
#[cfg(feature = "openapi")]
mod strict;
mod to_the_end;

pub use api::clients::clients;
pub use api::credentials::credentials;
pub use api::personal_access_tokens::me_tokens;
#[cfg(feature = "openapi")]
pub use api::schema::AuthenticationProblems;
pub use api::security_codes::security_codes;
pub use api::service_accounts::service_accounts;
pub use api::settings::settings;
pub use api::sign_ins::me_sign_ins;
pub use api::users::users;
pub use body::Body;
pub use counterfoil::types::Source;
#[doc(inline)]
pub use counterfoil_tower::{ProblemKind, RequestHead};
pub use csv::csv_line;
pub use endpoint::Endpoint;
pub use endpoints::Endpoints;
pub use host::{InvalidHost, host_of};
pub use leaks::leaks;
pub use oauth::introspect::introspect;
pub use oauth::issuer::{InvalidIssuer, Issuer};
pub use oauth::metadata::{Metadata, metadata};
pub use oauth::revoke::revoke;
pub use oauth::token::token;
#[cfg(feature = "openapi")]
pub use openapi::document;
pub use problem::Problem;
pub use proxies::{InvalidProxies, TrustedProxies};
pub use rfc3339::Rfc3339;
pub use service::ResponseFuture;
pub use source::Sources;

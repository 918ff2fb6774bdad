#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
mod authenticate;
mod authentication;
mod body;
mod busy_retry;
mod challenge;
#[cfg(feature = "console")]
pub mod console;
mod cursor;
mod host;
mod json;
mod loopback;
mod oauth;
mod openapi;
mod principal;
mod problem;
mod proxies;
mod query;
#[cfg(feature = "console")]
mod rate_limited_log;
mod rejection;
mod rfc3339;
mod scope;
mod secret_body;
mod source;
mod strict;
#[cfg(feature = "ui")]
mod ui;

pub use api::clients::clients;
pub use api::personal_access_tokens::me_tokens;
pub use api::schema::AuthenticationProblems;
pub use api::security_codes::security_codes;
pub use api::settings::settings;
pub use api::users::users;
pub use authenticate::future::ResponseFuture as AuthenticateFuture;
pub use authenticate::layer::AuthenticateLayer;
pub use authenticate::service::Authenticate;
pub use authentication::Authentication;
pub use counterfoil::types::Source;
pub use host::{InvalidHost, host_of};
pub use oauth::introspect::introspect;
pub use oauth::issuer::{InvalidIssuer, Issuer};
pub use oauth::metadata::{Metadata, metadata};
pub use oauth::revoke::revoke;
pub use oauth::token::token;
pub use openapi::document;
pub use principal::Principal;
pub use problem::Problem;
pub use proxies::{InvalidProxies, TrustedProxies};
pub use rejection::{AsProblem, Refuse, Rejection, Why};
pub use rfc3339::Rfc3339;
pub use scope::future::ResponseFuture as RequireScopeFuture;
pub use scope::layer::RequireScopeLayer;
pub use scope::service::RequireScope;
pub use source::Sources;
#[cfg(feature = "ui")]
pub use ui::ui;

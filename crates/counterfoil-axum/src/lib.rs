#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
mod body;
mod busy_retry;
#[cfg(feature = "console")]
pub mod console;
mod cursor;
mod host;
mod json;
mod loopback;
mod oauth;
#[cfg(feature = "openapi")]
mod openapi;
mod principal;
mod problem;
mod proxies;
mod query;
#[cfg(feature = "console")]
mod rate_limited_log;
mod rfc3339;
mod routes;
mod secret_body;
mod source;
#[cfg(feature = "openapi")]
mod strict;
mod to_the_end;
#[cfg(feature = "ui")]
mod ui;

pub use api::clients::clients;
pub use api::personal_access_tokens::me_tokens;
#[cfg(feature = "openapi")]
pub use api::schema::AuthenticationProblems;
pub use api::security_codes::security_codes;
pub use api::settings::settings;
pub use api::users::users;
pub use counterfoil::types::Source;
#[doc(inline)]
pub use counterfoil_tower::{
    AsProblem, Authenticate, AuthenticateFuture, AuthenticateLayer, Authentication, Refuse, Rejection, RejectionReason,
    RequireScope, RequireScopeFuture, RequireScopeLayer,
};
pub use host::{InvalidHost, host_of};
pub use oauth::introspect::introspect;
pub use oauth::issuer::{InvalidIssuer, Issuer};
pub use oauth::metadata::{Metadata, metadata};
pub use oauth::revoke::revoke;
pub use oauth::token::token;
#[cfg(feature = "openapi")]
pub use openapi::document;
pub use principal::Principal;
pub use problem::Problem;
pub use proxies::{InvalidProxies, TrustedProxies};
pub use rfc3339::Rfc3339;
pub use routes::Routes;
pub use source::Sources;
#[cfg(feature = "ui")]
pub use ui::ui;

#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "console")]
pub mod console;
mod principal;
#[cfg(feature = "console")]
mod rate_limited_log;
mod routers;
mod routes;
#[cfg(feature = "ui")]
mod ui;

pub use counterfoil::types::Source;
#[cfg(feature = "openapi")]
#[doc(inline)]
pub use counterfoil_http::{AuthenticationProblems, document};
#[doc(inline)]
pub use counterfoil_http::{
    InvalidHost, InvalidIssuer, InvalidProxies, Issuer, Metadata, Problem, Rfc3339, Sources, TrustedProxies, host_of,
};
#[doc(inline)]
pub use counterfoil_tower::{
    AsProblem, Authenticate, AuthenticateFuture, AuthenticateLayer, Authentication, Refuse, Rejection, RejectionReason,
    RequireScope, RequireScopeFuture, RequireScopeLayer,
};
pub use principal::Principal;
pub use routers::{
    clients, credentials, introspect, leaks, me_sign_ins, me_tokens, metadata, revoke, security_codes,
    service_accounts, settings, token, users,
};
pub use routes::Routes;
#[cfg(feature = "ui")]
pub use ui::ui;

#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod authenticate;
mod head;
mod host;
mod mount;
mod principal;
mod rejection;
mod scope;
mod source;

pub use authenticate::{Authenticate, AuthenticateEndpoint};
pub use counterfoil::types::Source;
#[doc(inline)]
pub use counterfoil_http::{
    Endpoint, Endpoints, InvalidIssuer, InvalidProxies, Issuer, Metadata, Sources, TrustedProxies, clients,
    credentials, introspect, leaks, me_sign_ins, me_tokens, metadata, revoke, security_codes, service_accounts,
    settings, token, users,
};
#[doc(inline)]
pub use counterfoil_tower::{Authentication, ProblemKind, RejectionReason};
pub use host::host_of;
pub use mount::Mount;
pub use principal::Principal;
pub use rejection::Rejection;
pub use scope::{RequireScope, RequireScopeEndpoint};
pub use source::source_behind;

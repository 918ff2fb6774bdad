#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod authenticate;
mod preflight;
mod principal;
mod rejection;
mod scope;

pub use authenticate::{Authenticate, AuthenticateEndpoint};
pub use counterfoil::types::Source;
#[doc(inline)]
pub use counterfoil_tower::{Authentication, ProblemKind, RejectionReason};
pub use principal::Principal;
pub use rejection::Rejection;
pub use scope::{RequireScope, RequireScopeEndpoint};

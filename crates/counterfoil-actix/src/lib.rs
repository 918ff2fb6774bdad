#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod authenticate;
mod convert;
mod preflight;
mod principal;
mod rejection;
mod scope;

pub use authenticate::service::AuthenticateMiddleware;
pub use authenticate::transform::Authenticate;
pub use counterfoil::types::Source;
#[doc(inline)]
pub use counterfoil_tower::{Authentication, ProblemKind, RejectionReason};
pub use principal::Principal;
pub use rejection::Rejection;
pub use scope::service::RequireScopeMiddleware;
pub use scope::transform::RequireScope;

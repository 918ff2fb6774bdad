#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod authenticate;
mod authentication;
mod problem_kind;
mod refuse;
mod rejection;
mod scope;
mod source;

pub use authenticate::future::ResponseFuture as AuthenticateFuture;
pub use authenticate::layer::AuthenticateLayer;
pub use authenticate::service::{Authenticate, authenticate, is_preflight};
pub use authentication::Authentication;
pub use counterfoil::types::Source;
pub use problem_kind::ProblemKind;
pub use refuse::{AsProblem, Refuse};
pub use rejection::{Rejection, RejectionReason};
pub use scope::future::ResponseFuture as RequireScopeFuture;
pub use scope::layer::RequireScopeLayer;
pub use scope::service::RequireScope;
pub use source::source_of;

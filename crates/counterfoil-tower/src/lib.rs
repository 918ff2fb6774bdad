#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod authenticate;
mod authentication;
pub mod generic;
mod layers;
mod problem_kind;
mod refuse;
mod rejection;
mod request_head;
mod scope;
mod source;

pub use authenticate::service::{authenticate, mark_sensitive};
pub use counterfoil::types::Source;
pub use layers::{
    Authenticate, AuthenticateFuture, AuthenticateLayer, Authentication, RequireScope, RequireScopeLayer,
};
pub use problem_kind::ProblemKind;
pub use refuse::{AsProblem, Refuse};
pub use rejection::{Rejection, RejectionReason};
pub use request_head::{RequestHead, is_preflight};
pub use scope::future::ResponseFuture as RequireScopeFuture;
pub use source::source_of;

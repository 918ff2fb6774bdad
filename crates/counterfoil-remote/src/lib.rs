#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod authenticate;
mod authentication;
mod error;
#[cfg(feature = "axum")]
mod extract;
#[cfg(feature = "client")]
mod http_transport;
mod introspection;
mod principal;
mod scope;
mod transport;

pub use authenticate::future::ResponseFuture as AuthenticateFuture;
pub use authenticate::layer::AuthenticateLayer;
pub use authenticate::service::Authenticate;
pub use authentication::Authentication;
pub use counterfoil_tower::{AsProblem, Refuse, Rejection};
pub use error::{AnswerFault, Outage, RemoteRefusal, VerifyError};
#[cfg(feature = "client")]
pub use http_transport::HttpTransport;
pub use introspection::Introspection;
pub use introspection::builder::{IntrospectionBuilder, InvalidSetup};
pub use principal::RemotePrincipal;
pub use scope::future::ResponseFuture as RequireScopeFuture;
pub use scope::layer::RequireScopeLayer;
pub use scope::service::RequireScope;
pub use transport::{MOST_ANSWER, Transport, TransportError};

#[doc = include_str!("../SHARED-STORE.md")]
pub mod shared_store {}

#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
#[cfg(feature = "axum")]
mod extract;
#[cfg(feature = "client")]
mod http_transport;
mod introspection;
mod layers;
mod principal;
mod transport;

pub use counterfoil_tower::{AsProblem, Refuse, Rejection, RequireScopeFuture};
pub use error::{AnswerFault, Outage, RemoteRefusal, VerifyError};
#[cfg(feature = "client")]
pub use http_transport::HttpTransport;
pub use introspection::Introspection;
pub use introspection::builder::{IntrospectionBuilder, InvalidSetup};
pub use layers::{
    Authenticate, AuthenticateFuture, AuthenticateLayer, Authentication, RequireScope, RequireScopeLayer,
};
pub use principal::RemotePrincipal;
pub use transport::{MOST_ANSWER, Transport, TransportError};

#[doc = include_str!("../SHARED-STORE.md")]
pub mod shared_store {}

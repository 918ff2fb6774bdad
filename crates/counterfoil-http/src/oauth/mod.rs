//! The OAuth endpoints (RFC 6749, 7009, 7662, 8414). Each can be mounted alone.

pub(crate) mod endpoint;
pub(crate) mod introspect;
pub(crate) mod issuer;
pub(crate) mod metadata;
pub(crate) mod revoke;
#[cfg(feature = "openapi")]
mod schema;
pub(crate) mod token;

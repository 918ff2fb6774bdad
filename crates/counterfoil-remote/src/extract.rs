//! Extractors that give a handler of axum the authenticated caller.

use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use counterfoil_tower::Rejection;
use http::request::Parts;

use crate::layers::Authentication;
use crate::principal::RemotePrincipal;

fn known(parts: &Parts) -> Result<&Authentication, Rejection> {
    parts.extensions.get::<Authentication>().ok_or_else(Rejection::layer_missing)
}

/// Extracts the authenticated caller as an argument of a handler. Refuses a request without a valid credential. An
/// [`AuthenticateLayer`](crate::AuthenticateLayer) must enclose the handler. Without this layer, the response is 500
/// and an error is logged.
impl<S: Send + Sync> FromRequestParts<S> for RemotePrincipal {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        known(parts)?.principal().cloned().map_err(Clone::clone)
    }
}

/// Extracts the authenticated caller, or `None` if the request has no credential. If the credential was refused or
/// could not be verified, the request is refused. An [`AuthenticateLayer`](crate::AuthenticateLayer) must enclose the
/// handler. Without this layer, the response is 500 and an error is logged.
impl<S: Send + Sync> OptionalFromRequestParts<S> for RemotePrincipal {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Rejection> {
        let known = known(parts)?;
        if known.is_attempted() { known.principal().cloned().map(Some).map_err(Clone::clone) } else { Ok(None) }
    }
}

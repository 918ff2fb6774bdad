//! The extractor of the authenticated principal.

use std::ops::Deref;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use counterfoil::{Presenter, Principal as Verified};
use counterfoil_tower::{Authentication, Rejection};
use http::request::Parts;

/// The authenticated principal. It is an extractor for axum handlers behind an
/// [`AuthenticateLayer`](crate::AuthenticateLayer). A handler can take it in three forms:
///
/// - `Principal`: the request is refused without a valid credential.
/// - `Option<Principal>`: the value is `None` if the request has no credential. The request is refused if its
///   credential is refused or cannot be verified.
/// - `Result<Principal, Rejection>`: the handler decides.
///
/// Without the layer, each form fails with 500 and logs an error.
#[derive(Clone, Debug)]
pub struct Principal(Box<Verified>);

impl Principal {
    /// Returns this principal as a [`Presenter`], the argument by which operations of
    /// [`Counterfoil`](counterfoil::Counterfoil) check rights.
    #[must_use]
    pub fn presenter(&self) -> Presenter {
        Presenter::from(&*self.0)
    }
}

impl Deref for Principal {
    type Target = Verified;

    fn deref(&self) -> &Verified {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Principal {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let known = parts.extensions.get::<Authentication>().ok_or_else(Rejection::layer_missing)?;
        known.principal().map(|principal| Self(Box::new(principal.clone()))).map_err(Clone::clone)
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Principal {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Rejection> {
        let known = parts.extensions.get::<Authentication>().ok_or_else(Rejection::layer_missing)?;
        if !known.is_attempted() {
            return Ok(None);
        }
        <Self as FromRequestParts<S>>::from_request_parts(parts, state).await.map(Some)
    }
}

//! The extractor: who is calling.

use std::ops::Deref;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use counterfoil::{Presenter, Principal as Verified};
use counterfoil_tower::{Authentication, Rejection};
use http::request::Parts;

/// Who is calling, as an argument of an axum handler behind an [`AuthenticateLayer`](crate::AuthenticateLayer).
///
/// - `Principal`: somebody, or the request is refused.
/// - `Option<Principal>`: `None` where no credential came along; one that was refused, or could not be verified,
///   refuses the request.
/// - `Result<Principal, Rejection>`: the handler decides.
///
/// Without the layer each of them fails with 500 and an error in the log.
#[derive(Clone, Debug)]
pub struct Principal(Box<Verified>);

impl Principal {
    /// The same for the verbs of the handle.
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

//! The extractor: who is calling.

use std::ops::Deref;

use counterfoil::{Presenter, Principal as Verified};
use counterfoil_tower::Authentication;
use poem::{FromRequest, Request, RequestBody, Result};

use crate::rejection::Rejection;

/// Who is calling, as an argument of a handler behind [`Authenticate`](crate::Authenticate).
///
/// - `Principal`: somebody, or the request is refused.
/// - `Option<Principal>`, behind [`Authenticate::optional`](crate::Authenticate::optional): `None` where no credential
///   came along. The middleware itself refuses a credential that is not active.
/// - `poem::Result<Principal>`, behind [`Authenticate::deferred`](crate::Authenticate::deferred): the handler decides;
///   [`Rejection::of`] reads the error.
///
/// Without the middleware each of them logs an error. `Principal` is then refused with 500. `Option` is `None`, because
/// poem drops the rejection.
#[derive(Clone, Debug)]
pub struct Principal(Box<Verified>);

impl Principal {
    /// The same for the operations of the handle.
    #[must_use]
    pub fn presenter(&self) -> Presenter {
        Presenter::from(&*self.0)
    }

    /// Who made a request that the middleware let through, for an endpoint that takes no extractors.
    ///
    /// # Errors
    ///
    /// The rejection, where nobody did.
    pub fn of(request: &Request) -> Result<Self, Rejection> {
        let known = request.extensions().get::<Authentication>();
        let known = known.ok_or_else(counterfoil_tower::Rejection::layer_missing)?;
        let principal = known.principal().map_err(Clone::clone)?;
        Ok(Self(Box::new(principal.clone())))
    }
}

impl Deref for Principal {
    type Target = Verified;

    fn deref(&self) -> &Verified {
        &self.0
    }
}

impl<'a> FromRequest<'a> for Principal {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> Result<Self> {
        Ok(Self::of(request)?)
    }
}

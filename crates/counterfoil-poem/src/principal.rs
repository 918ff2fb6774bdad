//! The extractor of the authenticated caller.

use std::ops::Deref;

use counterfoil::{Presenter, Principal as Verified};
use counterfoil_http::adapter::principal_of;
use poem::{FromRequest, Request, RequestBody, Result};

use crate::head::Head;
use crate::rejection::Rejection;

/// The authenticated caller. It is an extractor for handlers behind [`Authenticate`](crate::Authenticate). A handler
/// can take it in three forms:
///
/// - `Principal`: the request is refused if the caller is not authenticated.
/// - `Option<Principal>`, behind [`Authenticate::optional`](crate::Authenticate::optional): the value is `None` if the
///   request has no credential. The middleware itself refuses a credential that is not active.
/// - `poem::Result<Principal>`, behind [`Authenticate::deferred`](crate::Authenticate::deferred): the handler decides.
///   [`Rejection::of`] reads the error.
///
/// Without the middleware, each form logs an error. `Principal` then answers 500. `Option<Principal>` is then `None`,
/// because poem drops the rejection.
#[derive(Clone, Debug)]
pub struct Principal(Box<Verified>);

impl Principal {
    /// Returns this caller as a [`Presenter`], the argument by which operations of
    /// [`Counterfoil`](counterfoil::Counterfoil) check rights.
    #[must_use]
    pub fn presenter(&self) -> Presenter {
        Presenter::from(&*self.0)
    }

    /// Returns the authenticated caller of a request, for an endpoint that takes no extractors.
    ///
    /// # Errors
    ///
    /// A [`Rejection`] if the caller is not authenticated.
    pub fn of(request: &Request) -> Result<Self, Rejection> {
        Ok(Self(Box::new(principal_of(&Head(request))?)))
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

//! The extractor of the authenticated caller.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use counterfoil::{Presenter, Principal as Verified};
use counterfoil_http::adapter::principal_of;

use crate::head::Head;
use crate::rejection::Rejection;

/// The authenticated caller. It is an extractor for handlers behind [`Authenticate`](crate::Authenticate). A handler
/// can take it in three forms:
///
/// - `Principal`: the request is refused if the caller is not authenticated.
/// - `Option<Principal>`, behind [`Authenticate::optional`](crate::Authenticate::optional): the value is `None` if the
///   request has no credential. The middleware itself refuses a credential that is not active.
/// - `Result<Principal, Rejection>`, behind [`Authenticate::deferred`](crate::Authenticate::deferred): the handler
///   decides.
///
/// Without the middleware, each form logs an error. `Principal` then answers 500. `Option<Principal>` is then `None`,
/// because actix-web drops the rejection.
#[derive(Clone, Debug)]
pub struct Principal(Box<Verified>);

impl Principal {
    /// Returns this caller as a [`Presenter`], the argument by which operations of
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

impl FromRequest for Principal {
    type Error = Rejection;
    type Future = Ready<Result<Self, Rejection>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(principal_of(&Head(request)).map(|principal| Self(Box::new(principal))).map_err(Rejection::from))
    }
}

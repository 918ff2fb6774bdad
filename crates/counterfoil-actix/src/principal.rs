//! The extractor of the authenticated caller.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use counterfoil::{Presenter, Principal as Verified};
use counterfoil_tower::Authentication;

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
    /// Returns this caller as the presenter for the operations of [`Counterfoil`](counterfoil::Counterfoil).
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
        let extensions = request.extensions();
        let known = extensions.get::<Authentication>().ok_or_else(counterfoil_tower::Rejection::layer_missing);
        let principal = known.and_then(|known| known.principal().map_err(Clone::clone));
        ready(principal.map(|principal| Self(Box::new(principal.clone()))).map_err(Rejection::from))
    }
}

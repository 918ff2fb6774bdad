//! The extractor: who is calling.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use counterfoil::{Presenter, Principal as Verified};
use counterfoil_tower::Authentication;

use crate::rejection::Rejection;

/// Who is calling, as an argument of a handler behind [`Authenticate`](crate::Authenticate).
///
/// - `Principal`: somebody, or the request is refused.
/// - `Option<Principal>`, behind [`Authenticate::optional`](crate::Authenticate::optional): `None` where no credential
///   came along. The middleware itself refuses a credential that is not active.
/// - `Result<Principal, Rejection>`, behind [`Authenticate::deferred`](crate::Authenticate::deferred): the handler
///   decides.
///
/// Without the middleware each of them logs an error. `Principal` is then refused with 500. `Option` is `None`, because
/// actix-web drops the rejection.
#[derive(Clone, Debug)]
pub struct Principal(Box<Verified>);

impl Principal {
    /// The same for the operations of the handle.
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

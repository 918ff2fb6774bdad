//! A rejection as an error of actix-web.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use counterfoil::Challenge;
use counterfoil_tower::{AsProblem, Refuse as _};

use crate::convert;

/// A refused request. It contains the status and the challenge for the caller (RFC 6750 §3), and the full reason for
/// the host.
///
/// It dereferences to the [`Rejection`](counterfoil_tower::Rejection) of `counterfoil-tower`. Its response is a problem
/// (RFC 9457). A handler that returns `Result<_, Rejection>` can use `?` on
/// [`Principal::require`](counterfoil::Principal::require).
///
/// ```
/// use actix_web::ResponseError as _;
/// use counterfoil::{Challenge, Realm};
/// use counterfoil_actix::Rejection;
///
/// let rejection = Rejection::from(Challenge::no_credential(&Realm::default()));
/// assert_eq!((rejection.status_code().as_u16(), rejection.kind().name()), (401, "unauthenticated"));
/// assert_eq!(rejection.error_response().headers().get("www-authenticate").unwrap(), "Bearer realm=\"default\"");
/// ```
#[derive(Clone, Debug)]
pub struct Rejection(counterfoil_tower::Rejection);

impl From<counterfoil_tower::Rejection> for Rejection {
    fn from(rejection: counterfoil_tower::Rejection) -> Self {
        Self(rejection)
    }
}

impl From<Challenge> for Rejection {
    fn from(challenge: Challenge) -> Self {
        Self(challenge.into())
    }
}

impl Deref for Rejection {
    type Target = counterfoil_tower::Rejection;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Rejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        convert::status(self.0.status())
    }

    fn error_response(&self) -> HttpResponse {
        convert::response::<String>(AsProblem.refuse(&self.0))
    }
}

type Shaping = dyn Fn(&Rejection) -> HttpResponse + Send + Sync;

/// The function that the host set to make the response to a rejection. If the host set no function, the response is a
/// problem (RFC 9457).
#[derive(Clone, Default)]
pub(crate) struct Shape(Option<Arc<Shaping>>);

impl Shape {
    pub(crate) fn new(shape: impl Fn(&Rejection) -> HttpResponse + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(shape)))
    }

    /// Makes the response to a refused request. If the host set a function for this, returns what the function makes.
    /// Otherwise the response is a problem (RFC 9457), and outer middleware can read the rejection from
    /// `HttpResponse::error`.
    pub(crate) fn answer(&self, request: ServiceRequest, rejection: Rejection) -> ServiceResponse {
        let response = match &self.0 {
            Some(shape) => shape(&rejection),
            None => HttpResponse::from_error(rejection),
        };
        // `ServiceRequest::into_response` drops the error of a response.
        ServiceResponse::new(request.into_parts().0, response)
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "the host's" } else { "problem" })
    }
}

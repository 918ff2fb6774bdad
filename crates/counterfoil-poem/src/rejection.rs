//! A rejection as an error of poem.

use std::fmt;
use std::ops::Deref;

use counterfoil::Challenge;
use counterfoil_tower::{AsProblem, Refuse as _};
use http::StatusCode;
use poem::error::ResponseError;
use poem::{Body, Response, ResponseParts};

/// A refused request. It contains the status and the challenge for the caller (RFC 6750 §3), and the full reason for
/// the host.
///
/// It dereferences to the [`Rejection`](counterfoil_tower::Rejection) of `counterfoil-tower`. Its response is a problem
/// (RFC 9457). A handler that returns `Result<_, Rejection>` can use `?` on
/// [`Principal::require`](counterfoil::Principal::require).
///
/// ```
/// use counterfoil::{Challenge, Realm};
/// use counterfoil_poem::Rejection;
/// use poem::error::ResponseError as _;
///
/// let rejection = Rejection::from(Challenge::no_credential(&Realm::default()));
/// assert_eq!((rejection.status().as_u16(), rejection.kind().name()), (401, "unauthenticated"));
/// assert_eq!(rejection.as_response().headers()["www-authenticate"], "Bearer realm=\"default\"");
/// ```
#[derive(Clone, Debug)]
pub struct Rejection(counterfoil_tower::Rejection);

impl Rejection {
    /// Returns the rejection in an error of poem, or `None` if the error has another cause. A handler that takes a
    /// `poem::Result<Principal>` can use this function.
    #[must_use]
    pub fn of(error: &poem::Error) -> Option<&Self> {
        error.downcast_ref()
    }
}

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
    fn status(&self) -> StatusCode {
        self.0.status()
    }

    fn as_response(&self) -> Response {
        let (parts, body) = AsProblem.refuse(&self.0).into_parts();
        let (status, version) = (parts.status, parts.version);
        let parts = ResponseParts { status, version, headers: parts.headers, extensions: parts.extensions };
        Response::from_parts(parts, Body::from_string(body))
    }
}

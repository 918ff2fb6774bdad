//! Why a request does not get through: for the caller a status and a challenge (RFC 6750 §3), for the host the true reason.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use counterfoil::http_auth::PublicRefusal;
use counterfoil::oauth::UNAVAILABLE_RETRY;
use counterfoil::{Denied, Realm};
use http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};

use crate::challenge::{insufficient_scope, quoted};
use crate::problem::{self, Problem};

/// Why.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Why {
    /// No credential, or one of another scheme: 401 and a bare challenge.
    Unauthenticated,
    /// An `Authorization` header that stands twice, or is not `Bearer`, blanks, a b64token: 400 `invalid_request`.
    Malformed,
    /// A session's cookie came with a request that names no host, more than one, or an invalid one (RFC 9112 §3.2): 400.
    InvalidHost,
    /// The credential was refused, whatever the reason: 401 `invalid_token`. The reason is for the host.
    Refused(Arc<Denied>),
    /// A session's cookie without the token that belongs to it, or from another site: 403.
    Forged,
    /// The credential's scope does not hold that scope token: 403 `insufficient_scope`.
    InsufficientScope(&'static str),
    /// The credential authenticates, and nothing is left of its scope beside what its client is allowed: 403
    /// `insufficient_scope`. The reason is for the host.
    ScopeEmpty(Arc<Denied>),
    /// Nobody can say: 503. The reason is for the host.
    Unavailable(Arc<Denied>),
    /// Nothing authenticated the request, because the layer was not mounted: 500, a fault of the host's.
    LayerMissing,
}

/// A request that does not get through.
///
/// As an axum response it is a problem (RFC 9457) with the challenge that RFC 6750 §3 asks for; [`Refuse`] gives it another shape.
#[derive(Clone, Debug)]
pub struct Rejection {
    why: Why,
    realm: Realm,
}

impl Rejection {
    pub(crate) fn new(why: Why, realm: &Realm) -> Self {
        Self { why, realm: realm.clone() }
    }

    pub(crate) fn of(denied: Denied, realm: &Realm) -> Self {
        let denied = Arc::new(denied);
        let why = match denied.public() {
            Some(PublicRefusal::InvalidToken) => Why::Refused(denied),
            Some(PublicRefusal::InsufficientScope) => Why::ScopeEmpty(denied),
            None => Why::Unavailable(denied),
        };
        Self::new(why, realm)
    }

    /// Nothing authenticated the request. Loud, because a service that is mounted without its layer must not pass for one that is closed.
    pub(crate) fn layer_missing() -> Self {
        tracing::error!(target: "counterfoil", "a handler asks who is calling, and no authentication layer is mounted in front of it");
        Self { why: Why::LayerMissing, realm: Realm::default() }
    }

    /// Why. What it holds of a refusal is for the host alone.
    #[must_use]
    pub fn why(&self) -> &Why {
        &self.why
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.why {
            Why::Unauthenticated | Why::Refused(_) => StatusCode::UNAUTHORIZED,
            Why::Malformed | Why::InvalidHost => StatusCode::BAD_REQUEST,
            Why::Forged | Why::InsufficientScope(_) | Why::ScopeEmpty(_) => StatusCode::FORBIDDEN,
            Why::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Why::LayerMissing => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The error code of RFC 6750 §3.1, where there is one.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self.why {
            Why::Malformed => Some("invalid_request"),
            Why::Refused(_) => Some("invalid_token"),
            Why::InsufficientScope(_) | Why::ScopeEmpty(_) => Some("insufficient_scope"),
            Why::Unauthenticated | Why::InvalidHost | Why::Forged | Why::Unavailable(_) | Why::LayerMissing => None,
        }
    }

    /// The value of `WWW-Authenticate`, where one belongs into the answer. Nothing of the request is in it.
    #[must_use]
    pub fn challenge(&self) -> Option<HeaderValue> {
        let bare = format!("Bearer realm=\"{}\"", quoted(&self.realm));
        let text = match (&self.why, self.code()) {
            (Why::Unauthenticated, _) => bare,
            (Why::InsufficientScope(scope), _) => insufficient_scope(&self.realm, scope),
            (_, Some(code)) => format!("{bare}, error=\"{code}\""),
            (_, None) => return None,
        };
        // A realm is visible ASCII and the rest is fixed.
        HeaderValue::try_from(text).ok()
    }

    /// The value of `Retry-After`, which belongs into the answer where nobody can say.
    #[must_use]
    pub fn retry_after(&self) -> Option<HeaderValue> {
        matches!(self.why, Why::Unavailable(_)).then(|| HeaderValue::from(UNAVAILABLE_RETRY))
    }

    pub(crate) fn problem(&self) -> Problem {
        let kind = match self.why {
            Why::Unauthenticated => problem::UNAUTHENTICATED,
            Why::Malformed => problem::MALFORMED_HEADER,
            Why::InvalidHost => problem::INVALID_HOST,
            Why::Refused(_) => problem::INVALID_TOKEN,
            Why::Forged => problem::CSRF_TOKEN,
            Why::InsufficientScope(_) | Why::ScopeEmpty(_) => problem::INSUFFICIENT_SCOPE,
            Why::Unavailable(_) => problem::UNAVAILABLE,
            Why::LayerMissing => problem::LAYER_MISSING,
        };
        Problem::new(kind).with_challenge(self.challenge())
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.problem().title())
    }
}

impl std::error::Error for Rejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.why {
            Why::Refused(denied) | Why::ScopeEmpty(denied) | Why::Unavailable(denied) => Some(&**denied),
            _ => None,
        }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        self.problem().into_response()
    }
}

/// Gives a rejection the shape that a service's other errors have. A closure from a rejection to a response is one.
///
/// ```
/// use counterfoil_axum::Rejection;
/// use http::Response;
///
/// let shape = |rejection: &Rejection| {
///     let mut response = Response::new(format!("{{\"message\":\"{rejection}\"}}"));
///     *response.status_mut() = rejection.status();
///     response
/// };
/// # fn is_one<B>(_: impl counterfoil_axum::Refuse<B>) {}
/// # is_one::<String>(shape);
/// ```
pub trait Refuse<B>: Clone + Send + Sync + 'static {
    /// The answer.
    fn refuse(&self, rejection: &Rejection) -> http::Response<B>;
}

impl<F, B> Refuse<B> for F
where
    F: Fn(&Rejection) -> http::Response<B> + Clone + Send + Sync + 'static,
{
    fn refuse(&self, rejection: &Rejection) -> http::Response<B> {
        self(rejection)
    }
}

/// The shape of a problem (RFC 9457) with the challenge of RFC 6750 §3, for every body that can be made of a text.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsProblem;

impl<B: From<String>> Refuse<B> for AsProblem {
    fn refuse(&self, rejection: &Rejection) -> http::Response<B> {
        let problem = rejection.problem();
        let mut response = http::Response::new(B::from(problem.json()));
        *response.status_mut() = rejection.status();
        let headers = response.headers_mut();
        headers.insert(http::header::CONTENT_TYPE, problem::MEDIA_TYPE);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = rejection.challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = rejection.retry_after() {
            headers.insert(RETRY_AFTER, seconds);
        }
        response
    }
}

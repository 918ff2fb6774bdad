//! Why a request does not get through: for the caller a status and a challenge (RFC 6750 §3), for the host the true reason.

use std::sync::Arc;

use counterfoil::http_auth::PublicRefusal;
use counterfoil::oauth::UNAVAILABLE_RETRY;
use counterfoil::{Denied, Realm};
use http::{HeaderValue, StatusCode};

use crate::problem_kind::ProblemKind;
#[cfg(feature = "axum")]
use crate::refuse::{AsProblem, Refuse as _};

/// Why a request does not get through.
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
/// As a response it is a problem (RFC 9457) with the challenge that RFC 6750 §3 requires.
/// [`AsProblem`](crate::AsProblem) writes it, and so does axum's `IntoResponse` with the feature `axum`.
/// [`Refuse`](crate::Refuse) gives it another format.
#[derive(Clone, Debug)]
pub struct Rejection {
    why: Why,
    realm: Realm,
}

impl Rejection {
    /// A rejection for that reason, by the realm that the challenge names.
    #[must_use]
    pub fn new(why: Why, realm: &Realm) -> Self {
        Self { why, realm: realm.clone() }
    }

    /// The rejection of a credential that the handle denied.
    #[must_use]
    pub fn of(denied: Denied, realm: &Realm) -> Self {
        let denied = Arc::new(denied);
        let why = match denied.public() {
            Some(PublicRefusal::InvalidToken) => Why::Refused(denied),
            Some(PublicRefusal::InsufficientScope) => Why::ScopeEmpty(denied),
            None => Why::Unavailable(denied),
        };
        Self::new(why, realm)
    }

    /// Nothing authenticated the request: for extractors that find no [`Authentication`](crate::Authentication). Logs
    /// an error, because a missing layer must not look like a refusal.
    #[must_use]
    pub fn layer_missing() -> Self {
        #[cfg(feature = "tracing")]
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
        self.kind().status()
    }

    /// The kind of problem.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        match self.why {
            Why::Unauthenticated => ProblemKind::UNAUTHENTICATED,
            Why::Malformed => ProblemKind::MALFORMED_HEADER,
            Why::InvalidHost => ProblemKind::INVALID_HOST,
            Why::Refused(_) => ProblemKind::INVALID_TOKEN,
            Why::Forged => ProblemKind::CSRF_TOKEN,
            Why::InsufficientScope(_) | Why::ScopeEmpty(_) => ProblemKind::INSUFFICIENT_SCOPE,
            Why::Unavailable(_) => ProblemKind::UNAVAILABLE,
            Why::LayerMissing => ProblemKind::LAYER_MISSING,
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
            (Why::InsufficientScope(scope), Some(code)) => format!("{bare}, error=\"{code}\", scope=\"{scope}\""),
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
}

/// The content of a quoted string (RFC 9110 §5.6.4). A realm is visible ASCII.
fn quoted(realm: &Realm) -> String {
    realm.as_str().replace('\\', r"\\").replace('"', "\\\"")
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind().title())
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

#[cfg(feature = "axum")]
impl axum_core::response::IntoResponse for Rejection {
    fn into_response(self) -> axum_core::response::Response {
        AsProblem.refuse(&self)
    }
}

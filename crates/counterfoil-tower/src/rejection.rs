//! The reasons for which a request is rejected. The caller gets a status and a challenge (RFC 6750 §3). The host also
//! gets the full reason.

use counterfoil::Challenge;
use http::{HeaderValue, StatusCode};

use crate::problem_kind::ProblemKind;
#[cfg(feature = "axum")]
use crate::refuse::{AsProblem, Refuse as _};

/// Why a request is rejected.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RejectionReason {
    /// [`Counterfoil::authenticate`](counterfoil::Counterfoil::authenticate) or
    /// [`Principal::require`](counterfoil::Principal::require) refused the request. Only the host may see
    /// [`Challenge::reason`].
    Challenge(Challenge),
    /// A request with a session cookie does not name exactly one valid host (RFC 9112 §3.2): 400.
    InvalidHost,
    /// A request with a session cookie has no valid CSRF token of the session, or another site caused the request: 403.
    Forged,
    /// The authentication layer is not mounted: 500. The host must fix this.
    LayerMissing,
}

/// A rejected request, with the reason for the host and a status and a challenge for the caller.
///
/// The response to a rejection is a problem (RFC 9457) with the challenge that RFC 6750 §3 requires.
/// [`AsProblem`](crate::AsProblem) makes this response, and so does axum's `IntoResponse` with the feature `axum`. An
/// implementation of [`Refuse`](crate::Refuse) gives the response another format.
#[derive(Clone, Debug)]
pub struct Rejection(Box<RejectionReason>);

impl Rejection {
    /// Makes a rejection with this reason.
    #[must_use]
    pub fn new(reason: RejectionReason) -> Self {
        Self(Box::new(reason))
    }

    /// Makes the rejection for a request that could not be checked because the authentication layer is missing: 500.
    /// Extractors use it if they find no [`Authentication`](crate::Authentication). An error is logged, because the
    /// host must fix this.
    #[must_use]
    pub fn layer_missing() -> Self {
        #[cfg(feature = "tracing")]
        tracing::error!(target: "counterfoil", "a handler asks who is calling, and no authentication layer is mounted in front of it");
        Self::new(RejectionReason::LayerMissing)
    }

    /// The reason of the rejection. Only the host may see its details.
    #[must_use]
    pub fn reason(&self) -> &RejectionReason {
        &self.0
    }

    /// The HTTP status of the response to the request.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.kind().status()
    }

    /// The kind of problem (RFC 9457) that describes this rejection.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        match self.reason() {
            RejectionReason::Challenge(challenge) => ProblemKind::of(challenge),
            RejectionReason::InvalidHost => ProblemKind::INVALID_HOST,
            RejectionReason::Forged => ProblemKind::CSRF_TOKEN,
            RejectionReason::LayerMissing => ProblemKind::LAYER_MISSING,
        }
    }

    /// The error code of RFC 6750 §3.1, or `None` if the rejection has no code.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        self.as_challenge().and_then(Challenge::error)
    }

    /// The value of `WWW-Authenticate`, or `None` if the response needs none. The value contains nothing from the
    /// request.
    #[must_use]
    pub fn challenge(&self) -> Option<HeaderValue> {
        let text = self.as_challenge()?.www_authenticate()?;
        // This cannot fail, because the text consists of visible ASCII characters and spaces.
        HeaderValue::try_from(text).ok()
    }

    /// The value of `Retry-After`, or `None` if the response needs none.
    #[must_use]
    pub fn retry_after(&self) -> Option<HeaderValue> {
        self.as_challenge()?.retry_after().map(HeaderValue::from)
    }

    fn as_challenge(&self) -> Option<&Challenge> {
        match self.reason() {
            RejectionReason::Challenge(challenge) => Some(challenge),
            RejectionReason::InvalidHost | RejectionReason::Forged | RejectionReason::LayerMissing => None,
        }
    }
}

impl From<Challenge> for Rejection {
    fn from(challenge: Challenge) -> Self {
        Self::new(RejectionReason::Challenge(challenge))
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind().title())
    }
}

impl std::error::Error for Rejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.as_challenge().and_then(std::error::Error::source)
    }
}

#[cfg(feature = "axum")]
impl axum_core::response::IntoResponse for Rejection {
    fn into_response(self) -> axum_core::response::Response {
        AsProblem.refuse(&self)
    }
}

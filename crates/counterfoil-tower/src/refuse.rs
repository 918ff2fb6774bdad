//! Makes the response to a rejection.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response};

use crate::problem_kind::ProblemKind;
use crate::rejection::Rejection;

/// Makes the response to a rejection. A host implements it to give refusals the format of its other errors. A closure
/// that takes a `&Rejection` and returns a response implements this trait too.
///
/// ```
/// use counterfoil_tower::Rejection;
/// use http::Response;
///
/// let shape = |rejection: &Rejection| {
///     let mut response = Response::new(format!("{{\"message\":\"{rejection}\"}}"));
///     *response.status_mut() = rejection.status();
///     response
/// };
/// # fn is_one<B>(_: impl counterfoil_tower::Refuse<B>) {}
/// # is_one::<String>(shape);
/// ```
pub trait Refuse<B>: Clone + Send + Sync + 'static {
    /// Makes the response to a request that was rejected for this reason.
    fn refuse(&self, rejection: &Rejection) -> Response<B>;
}

impl<F, B> Refuse<B> for F
where
    F: Fn(&Rejection) -> Response<B> + Clone + Send + Sync + 'static,
{
    fn refuse(&self, rejection: &Rejection) -> Response<B> {
        self(rejection)
    }
}

/// Makes a response that is a problem (RFC 9457), with the challenge of RFC 6750 §3. The body can have any type that is
/// `From<String>`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsProblem;

impl<B: From<String>> Refuse<B> for AsProblem {
    fn refuse(&self, rejection: &Rejection) -> Response<B> {
        let mut response = Response::new(B::from(rejection.kind().json()));
        *response.status_mut() = rejection.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, ProblemKind::MEDIA_TYPE);
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

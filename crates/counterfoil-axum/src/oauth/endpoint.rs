//! Shared code of the endpoints: takes the form from an HTTP request, and makes an HTTP response of the core's answer.

use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use counterfoil::Counterfoil;
use counterfoil::oauth::{Answer, FormFault, OAuthError, OAuthRequest, Reason};
use counterfoil::types::Source;
use http::HeaderValue;
use http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE};

use crate::body::{self, Unread};
use crate::secret_body;
use crate::source::Sources;

/// The maximum size of a form in bytes. The core has the same limit; this one applies while the body is read.
const MOST: usize = 8 * 1024;

/// The state of an endpoint.
#[derive(Clone)]
pub(super) struct Served {
    pub(super) counterfoil: Counterfoil,
    pub(super) sources: Sources,
}

/// A request whose body was read.
pub(super) struct Posted {
    authorization: Vec<HeaderValue>,
    media_types: Vec<HeaderValue>,
    source: Source,
    body: Bytes,
}

impl Posted {
    /// Reads the request, with the limits of size and time for its body.
    pub(super) async fn read(request: Request, sources: Sources) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let all = |name| parts.headers.get_all(name).iter().cloned().collect();
        let mut authorization: Vec<HeaderValue> = all(AUTHORIZATION);
        authorization.iter_mut().for_each(|value| value.set_sensitive(true));
        let media_types = all(CONTENT_TYPE);
        let source = sources.of(&parts.extensions).map_err(|reason| sent(Err(reason.into())))?;
        match body::read(body, MOST).await {
            Ok(body) => Ok(Self { authorization, media_types, source, body }),
            Err(unread) => Err(refused(unread)),
        }
    }

    /// Every value of the `Authorization` header.
    pub(super) fn authorization(&self) -> Vec<&[u8]> {
        self.authorization.iter().map(HeaderValue::as_bytes).collect()
    }

    /// The request in the form that the core takes.
    pub(super) fn request<'a>(&'a self, authorization: &'a [&'a [u8]]) -> OAuthRequest<'a> {
        // A header that occurs twice counts as absent.
        let content_type = match self.media_types.as_slice() {
            [one] => Some(one.as_bytes()),
            _ => None,
        };
        OAuthRequest::new(&self.body, &self.source).with_authorization(authorization).with_content_type(content_type)
    }
}

/// Makes a response of an answer or an error.
pub(super) fn sent(outcome: Result<Answer, OAuthError>) -> Response {
    let answer = outcome.unwrap_or_else(|error| {
        if let Some(Reason::Unavailable(reason)) = error.reason() {
            tracing::warn!(target: "counterfoil", reason = reason as &dyn std::error::Error, "unavailable");
        }
        Answer::from(error)
    });
    secret_body::of_answer(answer)
}

fn refused(unread: Unread) -> Response {
    let fault = match unread {
        Unread::TooLarge => FormFault::TooLarge,
        Unread::TooSlow => FormFault::TooSlow,
        Unread::Broken => FormFault::Broken,
    };
    tracing::debug!(target: "counterfoil", reason = %fault, "OAuth request refused");
    sent(Err(fault.into()))
}

/// The response to an unsupported method: 405. The router adds `Allow`.
pub(super) async fn another_method() -> Response {
    let mut response = sent(Err(OAuthError::method()));
    response.headers_mut().remove(ALLOW);
    response
}

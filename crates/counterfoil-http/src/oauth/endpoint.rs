//! Shared code of the OAuth endpoints. It reads a form from a request, and converts the answer of `counterfoil` to a
//! response.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use counterfoil::Counterfoil;
use counterfoil::oauth::{Answer, FormFault, MAX_FORM_BYTES, OAuthError, OAuthRequest, Reason};
use counterfoil::types::Source;
use http::HeaderValue;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::request::Parts;

use crate::body::Response;
use crate::endpoint::{Endpoint, Handler, Shape};
use crate::endpoints::Endpoints;
use crate::read_body::{Unread, read_body};
use crate::secret_body;
use crate::source::Sources;
use crate::to_the_end::to_the_end;

type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// The handler of an OAuth endpoint that takes a form.
pub(crate) struct FormHandler {
    counterfoil: Counterfoil,
    sources: Sources,
    answer: fn(Counterfoil, Posted) -> Answering,
}

impl FormHandler {
    pub(super) fn new(
        counterfoil: Counterfoil,
        sources: Sources,
        answer: fn(Counterfoil, Posted) -> Answering,
    ) -> Self {
        Self { counterfoil, sources, answer }
    }

    /// Returns an endpoint with this path that uses this handler.
    pub(super) fn at(self, path: &str) -> Endpoints {
        Endpoints::of(vec![Endpoint::new(path, Shape::OAuth, vec![Handler::Form(self)])])
    }

    /// Answers a request. Once the body was read, the request is completed even if the caller disconnects.
    pub(crate) async fn respond<B: http_body::Body>(&self, parts: Parts, body: B) -> Response {
        match Posted::read(parts, body, self.sources).await {
            Err(refused) => refused,
            Ok(form) => to_the_end((self.answer)(self.counterfoil.clone(), form)).await,
        }
    }
}

/// A request with its complete body.
pub(super) struct Posted {
    authorization: Vec<HeaderValue>,
    media_types: Vec<HeaderValue>,
    user_agent: Option<HeaderValue>,
    source: Source,
    body: Bytes,
}

impl Posted {
    /// Reads the body, with limits of size and time.
    async fn read<B: http_body::Body>(parts: Parts, body: B, sources: Sources) -> Result<Self, Response> {
        let all = |name| parts.headers.get_all(name).iter().cloned().collect();
        let mut authorization: Vec<HeaderValue> = all(AUTHORIZATION);
        authorization.iter_mut().for_each(|value| value.set_sensitive(true));
        let (media_types, user_agent) = (all(CONTENT_TYPE), parts.headers.get(USER_AGENT).cloned());
        let source = sources.of(&parts.extensions).map_err(|reason| sent(Err(reason.into())))?;
        match read_body(body, MAX_FORM_BYTES).await {
            Ok(body) => Ok(Self { authorization, media_types, user_agent, source, body }),
            Err(unread) => Err(refused(unread)),
        }
    }

    /// Returns every value of the `Authorization` header.
    pub(super) fn authorization(&self) -> Vec<&[u8]> {
        self.authorization.iter().map(HeaderValue::as_bytes).collect()
    }

    /// Returns the request as the type that the OAuth endpoints of `counterfoil` take.
    pub(super) fn request<'a>(&'a self, authorization: &'a [&'a [u8]]) -> OAuthRequest<'a> {
        // If the request has more than one `Content-Type` header, none of them is used, so the form is refused.
        let content_type = match self.media_types.as_slice() {
            [one] => Some(one.as_bytes()),
            _ => None,
        };
        OAuthRequest::new(&self.body, &self.source)
            .with_authorization(authorization)
            .with_content_type(content_type)
            .with_user_agent(self.user_agent.as_ref().map(HeaderValue::as_bytes))
    }
}

/// Converts the answer or the error of an OAuth endpoint to a response.
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

/// Makes a 405 response. The endpoint replaces its `Allow` header with the methods that it supports.
pub(crate) fn method_not_allowed() -> Response {
    sent(Err(OAuthError::method()))
}

//! Endpoints of `counterfoil-http` as routes of poem.

use std::io;

use bytes::Bytes;
use counterfoil_http::{Endpoint, Endpoints};
use http::{Response as Answer, Uri};
use http_body_util::combinators::BoxBody;
use poem::{Body, Request, Response, ResponseParts, Result, Route};

/// Adds endpoints to a [`Route`]. If the route is nested, the path at which it is nested precedes the paths of the
/// endpoints.
///
/// An endpoint answers all requests for its path. If it does not support the method, the response is 405 with `Allow`.
/// For all other paths, poem returns a [`NotFoundError`](poem::error::NotFoundError). The host can change the response
/// to this error.
///
/// ```
/// use counterfoil_poem::{Mount as _, Sources};
/// use poem::{Endpoint as _, Request, Route};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let counterfoil = counterfoil::testing::service().counterfoil().clone();
/// let app = Route::new()
///     .mount(counterfoil_poem::token(counterfoil.clone(), Sources::Unknown))
///     .nest("/api/v1", Route::new().mount(counterfoil_poem::settings(counterfoil)));
///
/// for (path, status) in [("/token", 405), ("/api/v1/settings", 401), ("/settings", 404)] {
///     let request = Request::builder().uri_str(path).finish();
///     assert_eq!(app.get_response(request).await.status(), status, "{path}");
/// }
/// # }
/// ```
pub trait Mount {
    /// Adds the endpoints to this route.
    ///
    /// # Panics
    ///
    /// Panics if two routes have the same path, as [`Route::at`] does.
    #[must_use]
    fn mount(self, endpoints: Endpoints) -> Self;
}

impl Mount for Route {
    fn mount(self, endpoints: Endpoints) -> Self {
        endpoints.into_iter().fold(self, |route, endpoint| route.at(pattern(endpoint.path()), Mounted(endpoint)))
    }
}

/// Converts a path to the syntax of poem, in which `:name` is a variable segment.
fn pattern(path: &str) -> String {
    path.replace("/{", "/:").replace('}', "")
}

struct Mounted(Endpoint);

impl poem::Endpoint for Mounted {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let target = target(&request).clone();
        let (parts, body) = request.into_parts();
        let mut converted = http::Request::new(BoxBody::<Bytes, io::Error>::from(body));
        *converted.method_mut() = parts.method;
        *converted.uri_mut() = target;
        *converted.version_mut() = parts.version;
        *converted.headers_mut() = parts.headers;
        *converted.extensions_mut() = parts.extensions;
        Ok(response(self.0.respond(converted).await))
    }
}

/// Returns the target of a request as the client sent it, which is `Request::original_uri`. Nested routes of poem
/// remove the beginning of `Request::uri`. If `Request::uri` is not the end of the original URI, this function returns
/// `Request::uri` instead. This happens if a host replaced the URI, and for requests of poem's test client, which have
/// no original URI.
fn target(request: &Request) -> &Uri {
    let (original, own) = (request.original_uri(), request.uri());
    if original.path().ends_with(own.path()) { original } else { own }
}

/// Converts the response of an endpoint to a response of poem. The bytes of the body are not copied.
fn response(answer: Answer<counterfoil_http::Body>) -> Response {
    let (parts, body) = answer.into_parts();
    let (status, version) = (parts.status, parts.version);
    let parts = ResponseParts { status, version, headers: parts.headers, extensions: parts.extensions };
    Response::from_parts(parts, Body::from_bytes(body.into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn host_46_the_memory_of_an_answer_is_passed_on_and_not_copied() {
        let bytes = Bytes::from(b"a secret".to_vec());
        let sent = response(Answer::new(bytes.clone().into())).into_body().into_bytes().await;
        assert_eq!(sent.expect("in memory").as_ptr(), bytes.as_ptr());
    }

    #[test]
    fn host_44_a_template_is_written_as_poem_reads_it() {
        assert_eq!(pattern("/users/{subject}/tokens/{id}"), "/users/:subject/tokens/:id");
        assert_eq!(pattern("/token"), "/token");
    }
}

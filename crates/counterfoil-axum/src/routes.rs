//! The router type of this crate. With the feature `openapi`, it contains the description of its routes.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::extract::{OriginalUri, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::{self, MethodFilter, MethodRouter};
use counterfoil_http::{Endpoint, Endpoints};
use http::header::ALLOW;
use tower_layer::Layer;
use tower_service::Service;
#[cfg(feature = "openapi")]
use utoipa_axum::router::OpenApiRouter;

#[cfg(feature = "openapi")]
type Inner = OpenApiRouter;
#[cfg(not(feature = "openapi"))]
type Inner = Router;

/// A router of this crate. `Router::merge` accepts it directly, and [`Router::from`] converts it to an axum router.
/// With the feature `openapi`, it also converts to an `OpenApiRouter` that contains the OpenAPI description of its
/// routes.
///
/// ```
/// use axum::Router;
/// use counterfoil::Counterfoil;
/// use counterfoil_axum::Sources;
///
/// fn service(counterfoil: &Counterfoil) -> Router {
///     let api = counterfoil_axum::me_tokens(counterfoil.clone());
///     let api = api.merge(counterfoil_axum::settings(counterfoil.clone()));
///     Router::new()
///         .merge(counterfoil_axum::token(counterfoil.clone(), Sources::Unknown))
///         .nest("/api/v1", api.into())
/// }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Routes(Inner);

impl Routes {
    /// Adds the routes of another router.
    pub fn merge(self, other: Self) -> Self {
        Self(self.0.merge(other.0))
    }

    /// Adds the routes of the router `below`. `path` is put in front of each of their paths.
    pub fn nest(self, path: &str, below: Self) -> Self {
        Self(self.0.nest(path, below.0))
    }

    /// Puts a layer in front of all routes of this router.
    pub fn layer<L>(self, layer: L) -> Self
    where
        L: Layer<routing::Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        Self(self.0.layer(layer))
    }
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Routes").finish_non_exhaustive()
    }
}

impl From<Routes> for Router {
    #[cfg_attr(
        not(feature = "openapi"),
        expect(clippy::useless_conversion, reason = "only with `openapi` is the inner router of another type")
    )]
    fn from(routes: Routes) -> Self {
        routes.0.into()
    }
}

#[cfg(feature = "openapi")]
impl From<Routes> for OpenApiRouter {
    fn from(routes: Routes) -> Self {
        routes.0
    }
}

impl From<Endpoints> for Routes {
    /// Makes a router that serves the endpoints of `counterfoil-http` at their paths.
    fn from(endpoints: Endpoints) -> Self {
        #[cfg_attr(not(feature = "openapi"), expect(unused_mut, reason = "there is no description"))]
        let mut router = Inner::new();
        #[cfg(feature = "openapi")]
        router.get_openapi_mut().merge(endpoints.openapi().clone());
        Self(endpoints.into_iter().fold(router, |router, endpoint| {
            let path = endpoint.path().to_owned();
            router.route(&path, methods(endpoint))
        }))
    }
}

/// Returns an axum router for the methods that an endpoint supports. The endpoint answers every other method with 405.
/// axum writes the `Allow` header of this response, because the host may have added methods at the same path.
fn methods(endpoint: Endpoint) -> MethodRouter {
    let filters: Vec<_> =
        endpoint.methods().iter().filter_map(|own| MethodFilter::try_from(own.clone()).ok()).collect();
    let refusing = endpoint.clone();
    let other = async move |original: OriginalUri, request: Request| {
        let mut response = respond(&refusing, original, request).await;
        response.headers_mut().remove(ALLOW);
        response
    };
    let answer = async move |original: OriginalUri, request: Request| respond(&endpoint, original, request).await;
    filters.into_iter().fold(MethodRouter::new().fallback(other), |methods, own| methods.on(own, answer.clone()))
}

/// Answers a request with an endpoint. The endpoint gets the path as the client sent it, with the prefix under which
/// the router is nested.
async fn respond(endpoint: &Endpoint, OriginalUri(uri): OriginalUri, mut request: Request) -> Response {
    *request.uri_mut() = uri;
    endpoint.respond(request).await.map(|body| Body::from(body.into_bytes()))
}

//! The layers in front of a gRPC service. The requests are plain HTTP requests, and the refusals are problems (RFC
//! 9457).

use counterfoil::Counterfoil;
use counterfoil_tower::{AsProblem, AuthenticateLayer, Refuse as _, Rejection, RequireScopeLayer};
use http::Response;
use tonic::body::Body;
use tower::Layer as _;

use super::Running;

/// Starts a server that routes `/required` and `/scoped` to a tonic service.
pub async fn start(counterfoil: Counterfoil) -> Running {
    let (_reporter, health) = tonic_health::server::health_reporter();
    let scoped = RequireScopeLayer::new("projects:read").refuse_with(refusal).layer(health.clone());
    let layer = AuthenticateLayer::required(counterfoil).refuse_with(refusal);
    let router = axum::Router::new()
        .route_service("/required", layer.layer(health))
        .route_service("/scoped", layer.layer(scoped))
        .layer(axum::middleware::from_fn(super::axum::check_host));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    Running::task(address, tokio::spawn(async move { axum::serve(listener, router).await }))
}

fn refusal(rejection: &Rejection) -> Response<Body> {
    let response: Response<String> = AsProblem.refuse(rejection);
    response.map(Body::new)
}

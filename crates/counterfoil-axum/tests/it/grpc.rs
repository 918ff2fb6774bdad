//! Tests the authentication layer around a gRPC service. The layer depends on no framework, so it also works with
//! tonic.

use crate::support::world;
use axum::routing::Router;
use counterfoil_axum::{AuthenticateLayer, Rejection};
use http::{Response, StatusCode};
use tonic::body::Body;
use tonic::metadata::MetadataValue;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tower::Layer as _;

/// Makes the response of a gRPC server to a refused request. Its HTTP status is 200, and a header contains the gRPC
/// status.
fn grpc_status(rejection: &Rejection) -> Response<Body> {
    let status = match rejection.status() {
        StatusCode::BAD_REQUEST => Status::invalid_argument(rejection.to_string()),
        StatusCode::FORBIDDEN => Status::permission_denied(rejection.to_string()),
        StatusCode::SERVICE_UNAVAILABLE => Status::unavailable(rejection.to_string()),
        _ => Status::unauthenticated(rejection.to_string()),
    };
    status.into_http()
}

async fn check(client: &mut HealthClient<Channel>, authorization: &[&str]) -> Result<i32, Code> {
    let mut request = Request::new(HealthCheckRequest { service: String::new() });
    for value in authorization {
        let value: MetadataValue<_> = value.parse().expect("a value");
        request.metadata_mut().append("authorization", value);
    }
    client.check(request).await.map(|answer| answer.into_inner().status).map_err(|status| status.code())
}

#[tokio::test]
async fn a_tonic_service_behind_the_layer_is_reached_by_the_authenticated_alone() {
    let world = world().await;
    let (access, refresh) = world.sign_in("bill", None).await;
    let (_reporter, health) = tonic_health::server::health_reporter();
    let layer = AuthenticateLayer::required(world.counterfoil.clone()).refuse_with(grpc_status);
    let router: Router = Router::new().route_service("/{*method}", layer.layer(health));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let channel = Channel::from_shared(format!("http://{address}")).expect("a URL").connect().await.expect("connected");
    let mut client = HealthClient::new(channel);
    let good = format!("Bearer {access}");
    assert_eq!(check(&mut client, &[&good]).await, Ok(1), "serving");
    assert_eq!(check(&mut client, &[]).await, Err(Code::Unauthenticated));
    assert_eq!(check(&mut client, &[&format!("Bearer {refresh}")]).await, Err(Code::Unauthenticated));
    assert_eq!(check(&mut client, &["Bearer a b"]).await, Err(Code::InvalidArgument));
    assert_eq!(check(&mut client, &[&good, &good]).await, Err(Code::InvalidArgument));
    world.people.set_unavailable(true);
    assert_eq!(check(&mut client, &[&good]).await, Err(Code::Unavailable));
    server.abort();
}

//! A gRPC service in tonic behind the layer of `counterfoil-tower`. Its handlers read the caller and the scope of the
//! credential.
//!
//! `grpc_tonic token greetings:read` prints a personal access token with that scope. Without arguments it listens on
//! `LISTEN` (127.0.0.1:50051). It keeps its files in the current folder.

use std::env::{args, var};

use counterfoil::memory::MemoryDirectory;
use counterfoil::policy::Policy;
use counterfoil::{Counterfoil, NewPersonalAccessToken, Presenter, Principal, Scope};
use counterfoil_sql::SqliteStore;
use counterfoil_tower::{AuthenticateLayer, Authentication, Rejection};
use example::{Greeter, Greeting, Nothing};
use tokio::net::TcpListener;
use tokio::signal::{ctrl_c, unix};
use tonic::transport::server::{Server, TcpIncoming};
use tonic::{Request, Response, Status};

#[derive(Clone)]
struct Hello;

impl Greeter for Hello {
    async fn hello(&self, request: Request<Nothing>) -> Result<Response<Greeting>, Status> {
        let who = principal(&request)?;
        who.require("greetings:read").map_err(|challenge| status(&Rejection::from(challenge)))?;
        Ok(Response::new(Greeting { text: format!("hello, {}", who.name()) }))
    }
}

/// Returns the caller, which the layer put into the request. Without the layer, every request is refused.
fn principal<T>(request: &Request<T>) -> Result<Principal, Status> {
    match request.extensions().get::<Authentication>().map(Authentication::principal) {
        Some(Ok(principal)) => Ok(principal.clone()),
        Some(Err(rejection)) => Err(status(rejection)),
        None => Err(status(&Rejection::layer_missing())),
    }
}

/// Converts a rejection to a gRPC status. An outage must not give `UNAUTHENTICATED`: clients then delete their token.
fn status(rejection: &Rejection) -> Status {
    let text = rejection.to_string();
    match rejection.status().as_u16() {
        400 => Status::invalid_argument(text),
        401 => Status::unauthenticated(text),
        403 => Status::permission_denied(text),
        503 => Status::unavailable(text),
        _ => Status::internal(text),
    }
}

/// Waits for Ctrl-C, or for SIGTERM, which systemd and containers send.
async fn stop() {
    let Ok(mut terminate) = unix::signal(unix::SignalKind::terminate()) else { return };
    tokio::select! { _ = ctrl_c() => {}, _ = terminate.recv() => {} }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let people = MemoryDirectory::default(); // yours asks your own users table
    let ann = people.insert_member(7, "ann", "a password");
    let builder = Counterfoil::builder().policy(Policy::open()).store(SqliteStore::open_or_create("grpc.db").await?);
    let counterfoil = builder.key_ring_file("grpc.keys")?.directory(people).start().await?;
    if args().nth(1).as_deref() == Some("token") {
        let scope = args().nth(2).unwrap_or("greetings:read".to_owned());
        let new = NewPersonalAccessToken::for_days(&scope, 30).with_scope(scope.parse::<Scope>()?);
        let issued = counterfoil.create_personal_access_token(&Presenter::signed_in(&ann), &new).await?;
        println!("{}", issued.token.expose_secret());
        return Ok(());
    }
    let layer = AuthenticateLayer::required(counterfoil.clone());
    let layer = layer.refuse_with(|rejection: &Rejection| status(rejection).into_http::<tonic::body::Body>());
    let listener = TcpListener::bind(var("LISTEN").unwrap_or("127.0.0.1:50051".to_owned())).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let server = Server::builder().layer(layer).add_service(example::GreeterServer(Hello));
    let server = server.serve_with_incoming_shutdown(TcpIncoming::from(listener), stop());
    let (served, ()) = tokio::join!(server, counterfoil.run_upkeep(tokio::time::sleep, stop()));
    Ok(served?)
}

/// The code that `tonic-prost-build` generates, written by hand so that one file shows the whole service:
///
/// ```proto
/// package example;
/// message Nothing {}
/// message Greeting { string text = 1; }
/// service Greeter { rpc Hello(Nothing) returns (Greeting); }
/// ```
mod example {
    use std::convert::Infallible;
    use std::task::{Context, Poll};

    use tonic::body::Body;
    use tonic::codegen::{BoxFuture, Service, http};
    use tonic::server::{Grpc, NamedService, UnaryService};
    use tonic::{Request, Response, Status};
    use tonic_prost::ProstCodec;

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Nothing {}

    #[derive(Clone, PartialEq, prost::Message)]
    pub(crate) struct Greeting {
        #[prost(string, tag = "1")]
        pub(crate) text: String,
    }

    pub(crate) trait Greeter: Clone + Send + Sync + 'static {
        fn hello(&self, request: Request<Nothing>) -> impl Future<Output = Result<Response<Greeting>, Status>> + Send;
    }

    #[derive(Clone)]
    pub(crate) struct GreeterServer<T>(pub(crate) T);

    impl<T: Greeter> UnaryService<Nothing> for GreeterServer<T> {
        type Response = Greeting;
        type Future = BoxFuture<Response<Greeting>, Status>;

        fn call(&mut self, request: Request<Nothing>) -> Self::Future {
            let service = self.0.clone();
            Box::pin(async move { service.hello(request).await })
        }
    }

    impl<T: Greeter> Service<http::Request<Body>> for GreeterServer<T> {
        type Response = http::Response<Body>;
        type Error = Infallible;
        type Future = BoxFuture<http::Response<Body>, Infallible>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: http::Request<Body>) -> Self::Future {
            let method = self.clone();
            Box::pin(async move {
                match request.uri().path() {
                    "/example.Greeter/Hello" => Ok(Grpc::new(ProstCodec::default()).unary(method, request).await),
                    _ => Ok(Status::unimplemented("no such method").into_http()),
                }
            })
        }
    }

    impl<T> NamedService for GreeterServer<T> {
        const NAME: &'static str = "example.Greeter";
    }
}

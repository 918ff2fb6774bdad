//! Tests of `grpc_tonic` with a client of tonic.

use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic::{Code, Request};

use crate::process::{Process, run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_grpc_tonic");

#[derive(Clone, PartialEq, prost::Message)]
struct Nothing {}

#[derive(Clone, PartialEq, prost::Message)]
struct Greeting {
    #[prost(string, tag = "1")]
    text: String,
}

async fn hello(channel: &Channel, authorization: &[&str]) -> Result<String, Code> {
    let mut request = Request::new(Nothing {});
    for value in authorization {
        request.metadata_mut().append("authorization", value.parse().expect("a value"));
    }
    let mut client = Grpc::new(channel.clone());
    client.ready().await.expect("a connection");
    let path = PathAndQuery::from_static("/example.Greeter/Hello");
    let codec = tonic_prost::ProstCodec::<Nothing, Greeting>::default();
    let answer = client.unary(request, path, codec).await;
    answer.map(|answer| answer.into_inner().text).map_err(|status| status.code())
}

// The test needs two threads: one runs the client's connection while the other waits for the end of the service.
#[tokio::test(flavor = "multi_thread")]
async fn host_71_grpc_tonic_tells_its_handlers_who_is_calling() {
    let folder = tempfile::tempdir().expect("a folder");
    let token = |scope| format!("Bearer {}", run(PROGRAM, folder.path(), &[], &["token", scope]));
    let (reader, other) = (token("greetings:read"), token("else"));
    let service = Process::start(PROGRAM, folder.path(), &[]);
    let channel = Channel::from_shared(service.url.clone()).expect("a URL").connect().await.expect("connected");
    assert_eq!(hello(&channel, &[&reader]).await.as_deref(), Ok("hello, ann"));
    assert_eq!(hello(&channel, &[&other]).await, Err(Code::PermissionDenied));
    assert_eq!(hello(&channel, &[]).await, Err(Code::Unauthenticated));
    assert_eq!(hello(&channel, &["Bearer cfp_nothing"]).await, Err(Code::Unauthenticated));
    assert_eq!(hello(&channel, &[&reader, &reader]).await, Err(Code::InvalidArgument));
    drop(channel);
    service.stop();
}

//! Tests the configuration of a verifier.

use std::time::Duration;

use bytes::Bytes;
use counterfoil_remote::{Introspection, IntrospectionBuilder, InvalidSetup, Transport, TransportError};
use http::{Request, Response};

fn builder(endpoint: &str) -> IntrospectionBuilder {
    Introspection::builder(endpoint, "reports", "secret".to_owned()).transport(Never)
}

struct Never;

#[async_trait::async_trait]
impl Transport for Never {
    async fn send(&self, _request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        Err("never".into())
    }
}

#[test]
fn host_30_an_endpoint_that_leaks_secrets_or_is_none_is_refused() {
    for (endpoint, expected) in [
        ("https://auth.example/introspect", None),
        ("http://localhost:8080/introspect", None),
        ("http://127.0.0.1/introspect", None),
        ("http://[::1]:8080/introspect", None),
        ("http://auth.example/introspect", Some("PlainHttp")),
        ("http://127.0.0.1.example/introspect", Some("PlainHttp")),
        ("ftp://auth.example/introspect", Some("Endpoint")),
        ("/introspect", Some("Endpoint")),
        ("auth.example", Some("Endpoint")),
        ("", Some("Endpoint")),
        ("https://user:password@auth.example/introspect", Some("Endpoint")),
    ] {
        let refused = builder(endpoint).build().err().map(|error| format!("{error:?}"));
        assert_eq!(refused.as_deref(), expected, "{endpoint}");
    }
    builder("http://auth.example/introspect").allow_plain_http().build().expect("allowed");
}

#[test]
fn host_30_an_answer_is_believed_for_sixty_seconds_at_most() {
    let of = |time| builder("https://auth.example/introspect").cache_for(time).build();
    of(Duration::from_secs(60)).expect("at most");
    for time in [Duration::from_secs(60) + Duration::from_nanos(1), Duration::MAX] {
        assert!(matches!(of(time), Err(InvalidSetup::CacheFor)));
    }
    let time_out = builder("https://auth.example/introspect").time_out(Duration::ZERO).build();
    assert!(matches!(time_out, Err(InvalidSetup::TimeOut)));
}

#[cfg(not(feature = "tls"))]
#[test]
fn host_30_https_without_tls_is_refused_when_it_is_built() {
    let verifier = Introspection::builder("https://auth.example/introspect", "reports", "secret".to_owned());
    assert!(matches!(verifier.build(), Err(InvalidSetup::NoTls)));
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn host_30_an_https_endpoint_is_asked_by_tls_and_never_in_plain_text() {
    use tokio::io::AsyncReadExt as _;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("https://{}/introspect", listener.local_addr().expect("an address"));
    let first = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        stream.read_u8().await.expect("a byte")
    });
    let verifier = Introspection::builder(endpoint, "reports", "secret".to_owned()).build().expect("a verifier");
    verifier.verify("t").await.expect_err("no certificate");
    assert_eq!(first.await.expect("no panic"), 22, "a handshake record of TLS (RFC 8446 §5.1)");
}

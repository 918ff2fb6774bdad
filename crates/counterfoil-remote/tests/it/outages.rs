//! Tests verifications if the introspection endpoint gives no valid answer, or no answer in time.

use axum::Router;
use axum::routing::post;
use counterfoil_remote::{Introspection, Outage, VerifyError};

use crate::support::{Count, ID, clock, foreign, serve, serve_answer, world};

async fn outage(verifier: &Introspection) -> String {
    let error = verifier.verify("t").await.expect_err("an outage");
    let challenge = error.challenge(verifier.realm());
    let told = (challenge.status(), challenge.www_authenticate(), challenge.retry_after());
    assert_eq!(told, (503, None, Some(2)), "{error:?}");
    match error {
        VerifyError::Unavailable(outage) => format!("{outage:?}"),
        VerifyError::Refused(refusal) => panic!("{refusal:?}"),
    }
}

#[tokio::test]
async fn host_24_a_server_that_is_not_there_is_an_outage() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}/introspect", listener.local_addr().expect("an address"));
    drop(listener);
    let verifier = foreign(&endpoint, &clock()).build().expect("a verifier");
    assert!(outage(&verifier).await.starts_with("Transport("));
}

#[tokio::test(start_paused = true)]
async fn host_24_a_server_that_is_slow_is_given_up_after_the_time_out() {
    let count = Count::default();
    let counted = count.clone();
    let silent = move || {
        counted.count();
        std::future::pending::<&'static str>()
    };
    let endpoint = serve(Router::new().route("/introspect", post(silent))).await;
    let verifier = foreign(&endpoint, &clock()).build().expect("a verifier");
    let began = tokio::time::Instant::now();
    assert_eq!(outage(&verifier).await, "TimedOut");
    let waited = began.elapsed();
    assert!((5_000..5_010).contains(&waited.as_millis()), "{waited:?} of the runtime's time");
    assert!(count.get() <= 1);
}

#[tokio::test]
async fn host_24_a_connection_that_closes_within_the_answer_is_an_outage() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}/introspect", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.readable().await.expect("a request");
            let answer =
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{\"active\":true";
            let _ = stream.try_write(answer);
        }
    });
    let verifier = foreign(&endpoint, &clock()).build().expect("a verifier");
    assert!(outage(&verifier).await.starts_with("Transport("));
}

#[tokio::test]
async fn host_24_every_other_status_is_an_outage_and_a_redirect_is_not_followed() {
    for status in [201, 204, 302, 307, 400, 403, 404, 429, 500, 503] {
        let (endpoint, count) = serve_answer(status, "application/json", r#"{"active":true,"sub":"7"}"#).await;
        let verifier = foreign(&endpoint, &clock()).build().expect("a verifier");
        assert_eq!(outage(&verifier).await, format!("Status {{ status: {status} }}"));
        assert_eq!(count.get(), 1);
    }
}

#[tokio::test]
async fn host_24_a_secret_that_the_endpoint_refuses_is_told_apart() {
    let world = world().await;
    let issued = world.token("reader", None).await;
    let verifier = Introspection::builder(world.endpoint.as_str(), ID, "wrong".to_owned());
    let verifier = verifier.of_counterfoil().clock(world.clock.clone()).build().expect("a verifier");
    let error = verifier.verify(issued.token.expose_secret()).await.expect_err("no client");
    assert!(error.is_misconfiguration());
    let VerifyError::Unavailable(outage) = &error else { panic!("{error:?}") };
    assert!(matches!(**outage, Outage::ClientRefused), "{error:?}");
    let challenge = error.challenge(verifier.realm());
    assert_eq!((challenge.status(), challenge.www_authenticate()), (503, None), "the caller is not at fault");
}

#[tokio::test]
async fn host_24_what_is_cached_survives_an_outage_for_its_time_and_no_longer() {
    let world = world().await;
    let issued = world.token("reader", None).await;
    let verifier = world.verifier();
    verifier.verify(issued.token.expose_secret()).await.expect("active");
    // Without its client, the resource server cannot authenticate at the endpoint.
    world.counterfoil.delete_client(&counterfoil::Presenter::host(), &ID.parse().expect("an id")).await.expect("gone");
    verifier.verify(issued.token.expose_secret()).await.expect("still believed");
    world.clock.advance(std::time::Duration::from_secs(1));
    let error = verifier.verify(issued.token.expose_secret()).await.expect_err("an outage");
    assert!(matches!(error, VerifyError::Unavailable(_)), "{error:?}");
}

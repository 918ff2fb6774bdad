//! Tests how long an answer is cached.

use std::time::Duration;

use axum::Router;
use axum::routing::post;
use counterfoil::types::{Networks, Source};
use counterfoil::{Lifetime, NewPersonalAccessToken, Presenter};
use counterfoil_remote::{Introspection, RemoteRefusal, VerifyError};

use crate::support::{clock, foreign, microsecond, serve, serve_answer, start, world};

#[tokio::test]
async fn host_21_a_revoked_token_is_refused_when_the_time_of_the_cache_is_over() {
    let world = world().await;
    let issued = world.token("reader", None).await;
    let verifier = world.verifier();
    verifier.verify(issued.token.expose_secret()).await.expect("active");
    world.revoke(&issued).await;
    world.clock.set(start().plus_capped(Duration::from_secs(1)).minus(microsecond()));
    verifier.verify(issued.token.expose_secret()).await.expect("one second is not over");
    assert_eq!(world.requests.get(), 1);
    world.clock.set(start().plus_capped(Duration::from_secs(1)));
    let refused = verifier.verify(issued.token.expose_secret()).await.expect_err("revoked");
    assert!(matches!(refused, VerifyError::Refused(RemoteRefusal::Inactive)), "{refused:?}");
    assert_eq!(world.requests.get(), 2);
}

#[tokio::test]
async fn host_21_the_bound_is_what_was_set_and_zero_asks_each_time() {
    let world = world().await;
    let issued = world.token("reader", None).await;
    let longest = world.builder().cache_for(Duration::from_secs(60)).build().expect("a verifier");
    let never = world.builder().cache_for(Duration::ZERO).build().expect("a verifier");
    let no_entries = world.builder().cache_entries(0).build().expect("a verifier");
    longest.verify(issued.token.expose_secret()).await.expect("active");
    world.clock.set(start().plus_capped(Duration::from_secs(60)).minus(microsecond()));
    longest.verify(issued.token.expose_secret()).await.expect("active");
    assert_eq!(world.requests.get(), 1);
    world.clock.set(start().plus_capped(Duration::from_secs(60)));
    longest.verify(issued.token.expose_secret()).await.expect("active");
    assert_eq!(world.requests.get(), 2);
    for verifier in [never, no_entries] {
        let before = world.requests.get();
        for _ in 0..3 {
            verifier.verify(issued.token.expose_secret()).await.expect("active");
        }
        assert_eq!(world.requests.get(), before + 3);
    }
}

#[tokio::test]
async fn host_21_a_clock_that_is_set_back_believes_nothing() {
    let world = world().await;
    let issued = world.token("reader", None).await;
    let verifier = world.verifier();
    world.clock.set(start().plus_capped(Duration::from_secs(3_600)));
    verifier.verify(issued.token.expose_secret()).await.expect("active");
    world.clock.set(start().plus_capped(Duration::from_secs(60)));
    verifier.verify(issued.token.expose_secret()).await.expect("active");
    assert_eq!(world.requests.get(), 2);
}

#[tokio::test]
async fn host_23_a_refusal_is_never_cached() {
    let world = world().await;
    let verifier = world.verifier();
    for round in 1..=3 {
        verifier.verify("cfp_unknown").await.expect_err("unknown");
        assert_eq!(world.requests.get(), round);
    }
}

#[tokio::test]
async fn host_23_an_outage_is_never_cached_and_does_not_end_what_is() {
    let clock = clock();
    let (endpoint, count) = serve_answer(500, "application/json", "{}").await;
    let verifier = foreign(&endpoint, &clock).build().expect("a verifier");
    for round in 1..=3 {
        verifier.verify("t").await.expect_err("an outage");
        assert_eq!(count.get(), round);
    }
}

#[tokio::test]
async fn host_27_one_token_is_not_another() {
    let world = world().await;
    let one = world.token("one", Some("demo:one")).await;
    let two = world.token("two", Some("demo:two")).await;
    let verifier = world.verifier();
    for _ in 0..2 {
        assert!(verifier.verify(one.token.expose_secret()).await.expect("active").may("demo:one"));
        assert!(verifier.verify(two.token.expose_secret()).await.expect("active").may("demo:two"));
    }
    assert_eq!(world.requests.get(), 2);
}

#[tokio::test]
async fn host_27_the_oldest_answer_makes_room_for_a_new_one() {
    let world = world().await;
    let verifier = world.builder().cache_entries(2).build().expect("a verifier");
    let mut tokens = Vec::new();
    for label in ["one", "two", "three"] {
        tokens.push(world.token(label, None).await);
        verifier.verify(tokens[tokens.len() - 1].token.expose_secret()).await.expect("active");
    }
    assert_eq!(world.requests.get(), 3);
    verifier.verify(tokens[2].token.expose_secret()).await.expect("active");
    verifier.verify(tokens[1].token.expose_secret()).await.expect("active");
    assert_eq!(world.requests.get(), 3);
    verifier.verify(tokens[0].token.expose_secret()).await.expect("active");
    assert_eq!(world.requests.get(), 4);
}

#[tokio::test]
async fn host_27_neither_token_nor_secret_is_printed() {
    let world = world().await;
    let issued = world.token("reader", None).await;
    let builder = world.builder();
    let shown = format!("{builder:?}");
    let verifier = builder.build().expect("a verifier");
    let who = verifier.verify(issued.token.expose_secret()).await.expect("active");
    let shown = format!("{shown} {verifier:?} {who:?}");
    for secret in [issued.token.expose_secret(), crate::support::SECRET] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn sight_6_an_answer_for_one_address_is_not_used_for_another() {
    let world = world().await;
    let office = Networks::new(["192.0.2.0/24"]).expect("a block");
    let new = NewPersonalAccessToken::new("office", Lifetime::Days(1)).with_allowed_sources(office);
    let by = Presenter::signed_in(&world.ann);
    let issued = world.counterfoil.create_personal_access_token(&by, &new).await.expect("a token");
    let verifier = world.verifier();
    let at = async |source: Source| verifier.verify_from(issued.token.expose_secret(), &source).await;
    let source = |text: &str| text.parse::<Source>().expect("a source");
    at(source("192.0.2.7")).await.expect("inside");
    at(source("[::ffff:192.0.2.7]:443")).await.expect("the same address");
    assert_eq!(world.requests.get(), 1);
    for (requests, elsewhere) in [(2, source("198.51.100.7")), (3, source("gateway-7")), (4, Source::Unknown)] {
        let refused = at(elsewhere).await.expect_err("elsewhere, and the cache does not know better");
        assert!(matches!(refused, VerifyError::Refused(RemoteRefusal::Inactive)), "{refused:?}");
        assert_eq!(world.requests.get(), requests);
    }
    at(source("192.0.2.7")).await.expect("a refusal elsewhere is not used here");
    at(source("192.0.2.8")).await.expect("inside");
    assert_eq!(world.requests.get(), 5);
}

#[tokio::test]
async fn sight_6_an_endpoint_of_another_kind_gets_no_address() {
    let (send, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let answer = move |body: String| {
        send.send(body).expect("a test");
        std::future::ready(([("content-type", "application/json")], r#"{"active":true,"sub":"7"}"#))
    };
    let endpoint = serve(Router::new().route("/introspect", post(answer))).await;
    let source = "192.0.2.7".parse().expect("a source");
    let verifier = foreign(&endpoint, &clock()).build().expect("a verifier");
    verifier.verify_from("t", &source).await.expect("active");
    assert_eq!(seen.recv().await.as_deref(), Some("token=t"));
    let ours = Introspection::builder(endpoint, "a", "b".to_owned()).of_counterfoil().build().expect("a verifier");
    let _no_kind = ours.verify_from("t", &"2001:db8::7".parse().expect("a source")).await;
    assert_eq!(seen.recv().await.as_deref(), Some("token=t&source=2001%3Adb8%3A%3A7"), "the whole address");
}

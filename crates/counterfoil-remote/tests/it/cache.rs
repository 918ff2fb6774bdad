//! Tests how long an answer is cached.

use std::time::Duration;

use counterfoil_remote::{RemoteRefusal, VerifyError};

use crate::support::{clock, foreign, microsecond, serve_answer, start, world};

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
